import { describeValue, optionsOf } from '@unroll/kernels'
import { checkNumber, perGroup } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParamGroup } from '../paramGroup.ts'
import type { StateValue } from '../stateDict.ts'
import { type EpochOptions, EpochScheduler } from './epochScheduler.ts'

/** By what an epoch's learning rate is multiplied. */
export type LrLambda = (epoch: number) => number

/**
 * The learning rates that a group started from, times a function of the epoch. State dicts do not hold functions.
 *
 * @example
 * const optimizer = new SGD([tensor([1])], { lr: 1 })
 * const schedule = new LambdaLR(optimizer, (epoch) => 1 / (1 + epoch))
 * optimizer.step()
 * schedule.step()
 * schedule.getLastLr()   // [0.5]
 * @see PyTorch: [LambdaLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html)
 */
export class LambdaLR extends EpochScheduler {
  static override readonly name: string = 'LambdaLR'
  protected readonly lrLambdas: readonly LrLambda[]

  /** @param lrLambda one function for all groups, or one for each */
  constructor(
    optimizer: Optimizer,
    lrLambda: LrLambda | readonly LrLambda[],
    options?: Partial<EpochOptions> | null,
  ) {
    const { lastEpoch } = optionsOf('LambdaLR', options, { lastEpoch: -1 }, 'lastEpoch')
    super(optimizer, lastEpoch)
    this.lrLambdas = perGroup('LambdaLR', 'a function', lrLambda, optimizer.paramGroups.length)
    for (const each of this.lrLambdas) {
      if (typeof each !== 'function') {
        throw new TypeError(`LambdaLR: expected functions of the epoch, got ${describeValue(each)}`)
      }
    }
    this.begin()
  }

  override stateDict(): Map<string, StateValue> {
    return super.stateDict().set('lr_lambdas', new Array<null>(this.lrLambdas.length).fill(null))
  }

  protected override get otherKeys(): readonly string[] {
    return ['lr_lambdas']
  }

  protected override nextLr(_group: ParamGroup, index: number): number {
    const lr = this.baseLr(index)
    const factor: unknown = this.lrLambdas[index]?.(this.lastEpoch)
    checkNumber('LambdaLR', `what function ${index} gives`, factor)
    return lr * factor
  }
}
