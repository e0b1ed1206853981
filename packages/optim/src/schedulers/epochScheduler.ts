import { checkInteger } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParamGroup } from '../paramGroup.ts'
import type { StateValue } from '../stateDict.ts'
import { LRScheduler, type SchedulerField } from './lrScheduler.ts'

/** The option that schedulers take beside their own. */
export interface EpochOptions {
  /** The last epoch of a run that goes on; its groups must have `initialLr`. Default -1: from the beginning. */
  lastEpoch: number
}

/**
 * A scheduler that counts epochs, or batches: whatever its `step` is called after. It computes each learning rate from the last one,
 * as PyTorch does.
 */
export abstract class EpochScheduler extends LRScheduler {
  protected baseLrs: number[]
  protected stepCount = 0
  /** True while the first learning rates are set. */
  protected isInitial = false

  /** A subclass calls {@link EpochScheduler.begin} when it has its options. */
  constructor(optimizer: Optimizer, lastEpoch: number) {
    super(optimizer, lastEpoch)
    checkInteger(this.constructor.name, 'lastEpoch', lastEpoch, { least: -1 })
    this.baseLrs = []
  }

  /**
   * Sets the next learning rates. Call it after `optimizer.step()`; a warning says if that was never called.
   */
  step(): void {
    if (this.stepCount === 1 && this.optimizer.stepCount === 0) warnOfOrder(this.constructor.name)
    this.allOrNothing(() => {
      this.stepCount++
      this.lastEpoch++
      this.setLrs((group, index) => this.nextLr(group, index))
    })
  }

  /** Starts at epoch 0 from the groups' present learning rates. SequentialLR calls it where one schedule follows another. */
  restart(): void {
    this.allOrNothing(() => {
      this.lastEpoch = 0
      this.setLrs((group, index) => this.firstLr(group, index))
    })
  }

  /** Sets the first learning rates. */
  beginSteps(): void {
    this.allOrNothing(() => {
      this.stepCount = 0
      this.isInitial = true
      this.step()
      this.isInitial = false
    })
  }

  override stateDict(): Map<string, StateValue> {
    return super.stateDict().set('_get_lr_called_within_step', false)
  }

  protected override get fields(): readonly SchedulerField[] {
    return [
      ['baseLrs', 'base_lrs'],
      ['lastEpoch', 'last_epoch'],
      ['stepCount', '_step_count'],
      ['isInitial', '_is_initial'],
      ['lastLr', '_last_lr'],
    ]
  }

  /** Remembers where the learning rates start, and sets the first ones. Groups stay as they are if that throws. */
  protected begin(): void {
    this.allOrNothing(() => this.beginInGroups())
  }

  private beginInGroups(): void {
    for (const [index, group] of this.optimizer.paramGroups.entries()) {
      if (this.lastEpoch === -1) group.initialLr ??= group.lr
      else if (group.initialLr === undefined) {
        throw new RangeError(
          `${this.constructor.name}: expected initialLr in group ${index} to go on from epoch ${this.lastEpoch}, got none; ` +
            "load the optimiser's state dict first",
        )
      }
    }
    this.baseLrs = this.optimizer.paramGroups.map((group) => group.initialLr ?? group.lr)
    this.beginSteps()
  }

  /** The learning rate of this epoch. */
  protected abstract nextLr(group: ParamGroup, index: number): number

  /** The learning rate of epoch 0 for a group that has any. */
  protected firstLr(group: ParamGroup, index: number): number {
    return this.nextLr(group, index)
  }

  protected setLrs(lrOf: (group: ParamGroup, index: number) => number): void {
    const lrs = this.optimizer.paramGroups.map(lrOf)
    for (const [index, group] of this.optimizer.paramGroups.entries()) group.lr = lrs[index] ?? group.lr
    this.lastLr = lrs
  }

  /** The learning rate that a group started from. */
  protected baseLr(index: number): number {
    const lr = this.baseLrs[index]
    if (lr !== undefined) return lr
    throw new RangeError(
      `${this.constructor.name}.step: expected ${this.baseLrs.length} parameter groups, as there were when the schedule was made, ` +
        `got ${this.optimizer.paramGroups.length}; make schedules after the last addParamGroup`,
    )
  }
}

function warnOfOrder(who: string): void {
  console.warn(
    `${who}.step: expected optimizer.step() before the first step of a schedule, whose first learning rate is skipped otherwise`,
  )
}
