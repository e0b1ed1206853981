import { describeValue, optionsOf } from '@unroll/kernels'
import { checkFlag, checkNumber } from './arguments.ts'
import { Optimizer, type ParameterStep, type ParamsOrGroups, type Preparation } from './optimizer.ts'
import type { OptimizerOptions } from './paramGroup.ts'
import { refusePyTorchFlags } from './refusePyTorchFlags.ts'
import type { StateKeys } from './stateDict.ts'

export interface AdamOptions extends OptimizerOptions {
  /** How much of the means of gradients, and of their squares, is kept in a step. */
  betas: readonly [mean: number, square: number]
  /** Added to the denominator. */
  eps: number
  /** Divide by the largest mean of squares until now. */
  amsgrad: boolean
  /** Shrink the parameters instead of adding `weightDecay` times them to their gradients, as AdamW does. */
  decoupledWeightDecay: boolean
}

const defaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  decoupledWeightDecay: false,
}

/**
 * Adam: each element takes steps of about `lr`, whatever the size of its gradients.
 *
 * ```math
 * m = beta_1 m + (1 - beta_1) g
 * v = beta_2 v + (1 - beta_2) g^2
 * m' = m / (1 - beta_1^t)
 * v' = v / (1 - beta_2^t)
 * p = p - lr m' / (sqrt(v') + eps)
 * ```
 * t counts the steps of a parameter from 1.
 *
 * @throws TypeError on unknown options, RangeError on options out of range
 *
 * @example
 * const weight = tensor([1, 2], { requiresGrad: true })
 * weight.grad = tensor([100, -0.01])
 * new Adam([weight], { lr: 0.5 }).step()
 * weight.toArray()   // [0.5, 2.499999523162842]
 * @see PyTorch: [torch.optim.Adam](https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html)
 */
export class Adam extends Optimizer<AdamOptions> {
  static override readonly name: string = 'Adam'

  /**
   * @param options lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0, amsgrad false, maximize false,
   *   decoupledWeightDecay false
   */
  constructor(params: ParamsOrGroups<AdamOptions>, options?: Partial<AdamOptions> | null) {
    refusePyTorchFlags(new.target.name, options)
    super(params, optionsOf(new.target.name, options, defaults, 'lr'))
  }

  protected override get keys(): StateKeys {
    return {
      step: true,
      always: ['exp_avg', 'exp_avg_sq'],
      sometimes: ['max_exp_avg_sq'],
      flags: { foreach: null, capturable: false, differentiable: false, fused: null },
    }
  }

  protected override checkOptions(who: string, options: AdamOptions): void {
    super.checkOptions(who, options)
    const { betas, eps, amsgrad, decoupledWeightDecay } = options
    if (!Array.isArray(betas) || betas.length !== 2) {
      throw new TypeError(`${who}: expected betas to be two numbers, got ${describeValue(betas)}`)
    }
    for (const [index, beta] of betas.entries()) {
      checkNumber(who, `betas[${index}]`, beta, { least: 0, below: 1 })
    }
    checkNumber(who, 'eps', eps, { least: 0 })
    checkFlag(who, 'amsgrad', amsgrad)
    checkFlag(who, 'decoupledWeightDecay', decoupledWeightDecay)
  }

  protected override prepare({ engine, group, state }: Preparation<AdamOptions>): ParameterStep {
    const { lr, eps, maximize, amsgrad, weightDecay, decoupledWeightDecay } = group
    const [beta1, beta2] = group.betas
    const expAvg = state.moment(engine, 'exp_avg')
    const expAvgSq = state.moment(engine, 'exp_avg_sq')
    const maxExpAvgSq = amsgrad ? state.moment(engine, 'max_exp_avg_sq') : null
    return (parameter, gradient) => {
      const step = ++state.step
      engine.optimizers.adam({
        parameter,
        gradient,
        maximize,
        weightDecay: decoupledWeightDecay ? 0 : weightDecay,
        keep: decoupledWeightDecay ? 1 - lr * weightDecay : 1,
        beta1,
        beta2,
        eps,
        rate: lr / (1 - beta1 ** step),
        correction: Math.sqrt(1 - beta2 ** step),
        expAvg,
        expAvgSq,
        maxExpAvgSq,
      })
    }
  }
}
