import { describeValue, optionsOf } from '@unroll/kernels'
import { Counter } from '@unroll/tensor/layers'
import { checkInteger, checkNumber } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParamGroup } from '../paramGroup.ts'
import type { StateValue } from '../stateDict.ts'
import { type EpochOptions, EpochScheduler } from './epochScheduler.ts'
import type { SchedulerField } from './lrScheduler.ts'

export interface MultiStepLROptions extends EpochOptions {
  /** Default 0.1. */
  gamma: number
}

/**
 * Multiplies the learning rates by `gamma` at each milestone, twice at one that is there twice.
 *
 * @example
 * const optimizer = new SGD([tensor([1])], { lr: 1 })
 * const schedule = new MultiStepLR(optimizer, [1, 3], { gamma: 0.5 })
 * optimizer.step()
 * schedule.step()
 * schedule.getLastLr()   // [0.5]
 * @see PyTorch: [MultiStepLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html)
 */
export class MultiStepLR extends EpochScheduler {
  static override readonly name: string = 'MultiStepLR'
  /** How often each milestone is there. */
  protected milestones: Map<number, number>
  protected gamma: number

  constructor(
    optimizer: Optimizer,
    milestones: readonly number[],
    options?: Partial<MultiStepLROptions> | null,
  ) {
    const { gamma, lastEpoch } = optionsOf('MultiStepLR', options, { gamma: 0.1, lastEpoch: -1 }, 'gamma')
    if (!Array.isArray(milestones)) {
      throw new TypeError(
        `MultiStepLR: expected milestones to be a list of epochs, got ${describeValue(milestones)}`,
      )
    }
    for (const [index, epoch] of milestones.entries())
      checkInteger('MultiStepLR', `milestones[${index}]`, epoch)
    checkNumber('MultiStepLR', 'gamma', gamma)
    super(optimizer, lastEpoch)
    this.milestones = new Map()
    for (const epoch of milestones) this.milestones.set(epoch, (this.milestones.get(epoch) ?? 0) + 1)
    this.gamma = gamma
    this.begin()
  }

  protected override get fields(): readonly SchedulerField[] {
    return [['milestones', 'milestones'], ['gamma', 'gamma'], ...super.fields]
  }

  override stateDict(): Map<string, StateValue> {
    return super.stateDict().set('milestones', new Counter(this.milestones))
  }

  protected override checkFields(who: string): void {
    for (const [epoch, times] of this.milestones) {
      checkInteger(who, 'an epoch of milestones', epoch)
      checkInteger(who, `how often milestones have ${epoch}`, times, { least: 1 })
    }
  }

  protected override nextLr({ lr }: ParamGroup): number {
    const times = this.milestones.get(this.lastEpoch)
    return times === undefined ? lr : lr * this.gamma ** times
  }

  protected override firstLr(_group: ParamGroup, index: number): number {
    let times = 0
    for (const [epoch, count] of this.milestones) if (epoch <= 0) times += count
    return this.baseLr(index) * this.gamma ** times
  }
}
