import { optionsOf } from '@unroll/kernels'
import { checkFlag, checkNumber } from './arguments.ts'
import { Optimizer, type ParameterStep, type ParamsOrGroups, type Preparation } from './optimizer.ts'
import type { OptimizerOptions } from './paramGroup.ts'
import { refusePyTorchFlags } from './refusePyTorchFlags.ts'
import type { StateKeys } from './stateDict.ts'

export interface SGDOptions extends OptimizerOptions {
  /** How much of the last step's direction is kept. 0: no memory. */
  momentum: number
  /** The gradient's part of the direction is `1 - dampening`. */
  dampening: number
  /** Looks ahead by one step; needs a momentum and no dampening. */
  nesterov: boolean
}

const defaults: SGDOptions = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
}

/**
 * Stochastic gradient descent, with momentum if asked for.
 *
 * ```math
 * b = momentum b + (1 - dampening) g
 * p = p - lr b
 * ```
 * In the first step b is g.
 *
 * @throws TypeError on unknown options, RangeError on options out of range
 *
 * @example
 * const weight = tensor([1, 2], { requiresGrad: true })
 * weight.grad = tensor([1, 1])
 * const optimizer = new SGD([weight], { lr: 0.5 })
 * optimizer.step()
 * weight.toArray()   // [0.5, 1.5]
 * @see PyTorch: [torch.optim.SGD](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html)
 */
export class SGD extends Optimizer<SGDOptions> {
  static override readonly name: string = 'SGD'

  /** @param options lr 1e-3, momentum 0, dampening 0, weightDecay 0, nesterov false, maximize false */
  constructor(params: ParamsOrGroups<SGDOptions>, options?: Partial<SGDOptions> | null) {
    refusePyTorchFlags(new.target.name, options)
    super(params, optionsOf(new.target.name, options, defaults, 'lr'))
  }

  protected override get keys(): StateKeys {
    return {
      step: false,
      always: [],
      sometimes: ['momentum_buffer'],
      flags: { foreach: null, differentiable: false, fused: null },
    }
  }

  protected override checkOptions(who: string, options: SGDOptions): void {
    super.checkOptions(who, options)
    const { momentum, dampening, nesterov } = options
    checkNumber(who, 'momentum', momentum, { least: 0 })
    checkNumber(who, 'dampening', dampening)
    checkFlag(who, 'nesterov', nesterov)
    if (!nesterov || (momentum > 0 && dampening === 0)) return
    throw new RangeError(
      `${who}: expected a momentum above 0 and no dampening with nesterov, got momentum ${momentum}, dampening ${dampening}`,
    )
  }

  protected override prepare({ engine, group, state }: Preparation<SGDOptions>): ParameterStep {
    const { lr, momentum, dampening, nesterov, weightDecay, maximize } = group
    const isFirst = !state.has('momentum_buffer')
    const buffer = momentum === 0 ? null : state.moment(engine, 'momentum_buffer')
    const numbers = { lr, momentum, dampening, nesterov, weightDecay, maximize }
    return (parameter, gradient) =>
      engine.optimizers.sgd({ parameter, gradient, ...numbers, buffer, isFirst })
  }
}
