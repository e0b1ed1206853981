import { currentHostEngine, optionsOf } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { checkNumber } from './arguments.ts'
import { Optimizer, type ParameterStep, type ParamsOrGroups, type Preparation } from './optimizer.ts'
import type { OptimizerOptions, ParamGroup } from './paramGroup.ts'
import { refusePyTorchFlags } from './refusePyTorchFlags.ts'
import type { StateKeys } from './stateDict.ts'

export interface AdagradOptions extends OptimizerOptions {
  /** Step t has the learning rate `lr / (1 + (t - 1) lrDecay)`. */
  lrDecay: number
  /** Added to the denominator. */
  eps: number
  /** Where the sums of squares begin. */
  initialAccumulatorValue: number
}

const defaults: AdagradOptions = {
  lr: 1e-2,
  lrDecay: 0,
  eps: 1e-10,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  maximize: false,
}

/**
 * Divides each gradient by the root of the sum of its squares until now.
 *
 * ```math
 * s = s + g^2
 * p = p - lr g / (sqrt(s) + eps)
 * ```
 *
 * @throws TypeError on unknown options, RangeError on options out of range
 *
 * @example
 * const weight = tensor([1, 2], { requiresGrad: true })
 * weight.grad = tensor([3, -3])
 * new Adagrad([weight], { lr: 0.5 }).step()
 * weight.toArray()   // [0.5, 2.5]
 * @see PyTorch: [torch.optim.Adagrad](https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html)
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  static override readonly name: string = 'Adagrad'

  /** @param options lr 1e-2, lrDecay 0, eps 1e-10, weightDecay 0, initialAccumulatorValue 0, maximize false */
  constructor(params: ParamsOrGroups<AdagradOptions>, options?: Partial<AdagradOptions> | null) {
    refusePyTorchFlags(new.target.name, options)
    super(params, optionsOf(new.target.name, options, defaults, 'lr'))
  }

  protected override get keys(): StateKeys {
    return {
      step: true,
      always: ['sum'],
      sometimes: [],
      flags: { foreach: null, differentiable: false, fused: null },
    }
  }

  protected override checkOptions(who: string, options: AdagradOptions): void {
    super.checkOptions(who, options)
    const { lrDecay, eps, initialAccumulatorValue } = options
    checkNumber(who, 'lrDecay', lrDecay, { least: 0 })
    checkNumber(who, 'eps', eps, { least: 0 })
    checkNumber(who, 'initialAccumulatorValue', initialAccumulatorValue, { least: 0 })
  }

  /** The sums are there before the first step, as in PyTorch. */
  protected override added(_group: ParamGroup<AdagradOptions>, parameter: Tensor): void {
    const state = this.stateOf(parameter)
    state.moment(currentHostEngine(), 'sum', this.defaults.initialAccumulatorValue)
    state.keepNew()
  }

  protected override prepare({ engine, group, state }: Preparation<AdagradOptions>): ParameterStep {
    const { lr, lrDecay, eps, weightDecay, maximize } = group
    const sum = state.moment(engine, 'sum', this.defaults.initialAccumulatorValue)
    return (parameter, gradient) => {
      const rate = lr / (1 + state.step++ * lrDecay)
      engine.optimizers.adagrad({ parameter, gradient, maximize, weightDecay, lr: rate, eps, sum })
    }
  }
}
