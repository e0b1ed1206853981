import { optionsOf } from '@unroll/kernels'
import { checkNumber } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParamGroup } from '../paramGroup.ts'
import { type EpochOptions, EpochScheduler } from './epochScheduler.ts'
import type { SchedulerField } from './lrScheduler.ts'

/**
 * Multiplies the learning rates by `gamma` every epoch.
 *
 * @example
 * const optimizer = new SGD([tensor([1])], { lr: 1 })
 * const schedule = new ExponentialLR(optimizer, 0.5)
 * optimizer.step()
 * schedule.step()
 * schedule.getLastLr()   // [0.5]
 * @see PyTorch: [ExponentialLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html)
 */
export class ExponentialLR extends EpochScheduler {
  static override readonly name: string = 'ExponentialLR'
  protected gamma: number

  constructor(optimizer: Optimizer, gamma: number, options?: Partial<EpochOptions> | null) {
    const { lastEpoch } = optionsOf('ExponentialLR', options, { lastEpoch: -1 }, 'lastEpoch')
    checkNumber('ExponentialLR', 'gamma', gamma)
    super(optimizer, lastEpoch)
    this.gamma = gamma
    this.begin()
  }

  protected override get fields(): readonly SchedulerField[] {
    return [['gamma', 'gamma'], ...super.fields]
  }

  protected override nextLr({ lr }: ParamGroup): number {
    return this.isInitial ? lr : lr * this.gamma
  }

  protected override firstLr(_group: ParamGroup, index: number): number {
    return this.baseLr(index)
  }
}
