import { optionsOf } from '@unroll/kernels'
import { checkFlag, checkNumber } from './arguments.ts'
import { Optimizer, type ParameterStep, type ParamsOrGroups, type Preparation } from './optimizer.ts'
import type { OptimizerOptions } from './paramGroup.ts'
import { refusePyTorchFlags } from './refusePyTorchFlags.ts'
import type { StateKeys } from './stateDict.ts'

export interface RMSpropOptions extends OptimizerOptions {
  /** How much of the last step's direction is kept. 0: no memory. */
  momentum: number
  /** How much of the mean of squared gradients is kept in a step. */
  alpha: number
  /** Added to the denominator. */
  eps: number
  /** Divide by the standard deviation of gradients, not by the root of their mean square. */
  centered: boolean
}

const defaults: RMSpropOptions = {
  lr: 1e-2,
  momentum: 0,
  alpha: 0.99,
  eps: 1e-8,
  centered: false,
  weightDecay: 0,
  maximize: false,
}

/**
 * Divides each gradient by the root of the mean of its squares until now.
 *
 * ```math
 * v = alpha v + (1 - alpha) g^2
 * p = p - lr g / (sqrt(v) + eps)
 * ```
 *
 * @throws TypeError on unknown options, RangeError on options out of range
 *
 * @example
 * const weight = tensor([1, 2], { requiresGrad: true })
 * weight.grad = tensor([3, -3])
 * new RMSprop([weight], { lr: 0.5, alpha: 0 }).step()
 * weight.toArray()   // [0.5, 2.5]
 * @see PyTorch: [torch.optim.RMSprop](https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html)
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  static override readonly name: string = 'RMSprop'

  /** @param options lr 1e-2, momentum 0, alpha 0.99, eps 1e-8, centered false, weightDecay 0, maximize false */
  constructor(params: ParamsOrGroups<RMSpropOptions>, options?: Partial<RMSpropOptions> | null) {
    refusePyTorchFlags(new.target.name, options)
    super(params, optionsOf(new.target.name, options, defaults, 'lr'))
  }

  protected override get keys(): StateKeys {
    return {
      step: true,
      always: ['square_avg'],
      sometimes: ['momentum_buffer', 'grad_avg'],
      flags: { capturable: false, foreach: null, differentiable: false },
    }
  }

  protected override checkOptions(who: string, options: RMSpropOptions): void {
    super.checkOptions(who, options)
    const { momentum, alpha, eps, centered } = options
    checkNumber(who, 'momentum', momentum, { least: 0 })
    checkNumber(who, 'alpha', alpha, { least: 0 })
    checkNumber(who, 'eps', eps, { least: 0 })
    checkFlag(who, 'centered', centered)
  }

  protected override prepare({ engine, group, state }: Preparation<RMSpropOptions>): ParameterStep {
    const { lr, momentum, alpha, eps, centered, weightDecay, maximize } = group
    const numbers = { lr, momentum, alpha, eps, weightDecay, maximize }
    const squareAvg = state.moment(engine, 'square_avg')
    const buffer = momentum > 0 ? state.moment(engine, 'momentum_buffer') : null
    const gradAvg = centered ? state.moment(engine, 'grad_avg') : null
    return (parameter, gradient) => {
      state.step++
      engine.optimizers.rmsprop({ parameter, gradient, ...numbers, squareAvg, buffer, gradAvg })
    }
  }
}
