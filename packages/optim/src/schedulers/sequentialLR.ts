import { describeValue } from '@unroll/kernels'
import { checkInteger } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { StateValue } from '../stateDict.ts'
import { EpochScheduler } from './epochScheduler.ts'
import { LRScheduler, type SchedulerField } from './lrScheduler.ts'

/**
 * One schedule after the other: the second begins at the first milestone, and so on.
 *
 * @example
 * const optimizer = new SGD([tensor([1])], { lr: 1 })
 * const schedules = [new LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 }), new ExponentialLR(optimizer, 0.5)]
 * const schedule = new SequentialLR(optimizer, schedules, [2])
 * schedule.getLastLr()   // [0.5]
 * optimizer.step()
 * schedule.step()
 * schedule.getLastLr()   // [0.75]
 * @see PyTorch: [SequentialLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html)
 */
export class SequentialLR extends LRScheduler {
  static override readonly name: string = 'SequentialLR'
  protected milestones: number[]
  private readonly schedules: readonly EpochScheduler[]

  /**
   * @param schedules of the same optimiser; ReduceLROnPlateau, which needs a number, and another SequentialLR cannot be among them
   * @param milestones the epochs at which the next schedule begins, one less than there are schedules
   */
  constructor(optimizer: Optimizer, schedules: readonly EpochScheduler[], milestones: readonly number[]) {
    super(optimizer, 0)
    checkSchedules(optimizer, schedules, milestones)
    this.schedules = [...schedules]
    this.milestones = [...milestones]
    const epochs = schedules.map(({ lastEpoch }) => lastEpoch)
    try {
      this.allOrNothing(() => this.begin())
    } catch (error) {
      for (const [index, schedule] of schedules.entries()) schedule.lastEpoch = epochs[index] ?? 0
      throw error
    }
  }

  /** Sets the next learning rates. Call it after `optimizer.step()`. */
  step(): void {
    this.allOrNothing(() => {
      this.lastEpoch++
      const schedule = this.scheduleOf(this.lastEpoch)
      if (this.milestones[this.schedules.indexOf(schedule) - 1] === this.lastEpoch) schedule.restart()
      else schedule.step()
      this.lastLr = schedule.getLastLr()
    })
  }

  override stateDict(): Map<string, StateValue> {
    return super.stateDict().set(
      '_schedulers',
      this.schedules.map((schedule) => schedule.stateDict()),
    )
  }

  override loadStateDict(state: unknown): void {
    const fields = this.readFields(state)
    const saved: unknown = state instanceof Map ? state.get('_schedulers') : undefined
    if (!Array.isArray(saved) || saved.length !== this.schedules.length) {
      const got = Array.isArray(saved) ? saved.length : describeValue(saved)
      throw new RangeError(
        `SequentialLR.loadStateDict: expected states of ${this.schedules.length} schedules, got ${got}`,
      )
    }
    const before = this.schedules.map((schedule) => schedule.stateDict())
    try {
      for (const [index, schedule] of this.schedules.entries()) schedule.loadStateDict(saved[index])
    } catch (error) {
      for (const [index, schedule] of this.schedules.entries()) schedule.loadStateDict(before[index])
      throw error
    }
    for (const [property, value] of fields) Reflect.set(this, property, value)
  }

  protected override get fields(): readonly SchedulerField[] {
    return [['milestones', '_milestones'], ...super.fields]
  }

  protected override get otherKeys(): readonly string[] {
    return ['_schedulers']
  }

  private begin(): void {
    for (const group of this.optimizer.paramGroups) group.lr = group.initialLr ?? group.lr
    for (const schedule of this.schedules) schedule.lastEpoch--
    const first = this.scheduleOf(0)
    first.beginSteps()
    this.lastLr = first.getLastLr()
  }

  private scheduleOf(epoch: number): EpochScheduler {
    const passed = this.milestones.filter((milestone) => milestone <= epoch).length
    const schedule = this.schedules[passed]
    if (schedule === undefined) throw new RangeError('SequentialLR: expected a schedule for each milestone')
    return schedule
  }
}

function checkSchedules(
  optimizer: Optimizer,
  schedules: readonly EpochScheduler[],
  milestones: readonly number[],
): void {
  if (!Array.isArray(schedules) || schedules.length === 0) {
    throw new TypeError(`SequentialLR: expected a list of schedules, got ${describeValue(schedules)}`)
  }
  for (const [index, schedule] of schedules.entries()) {
    if (!(schedule instanceof EpochScheduler)) {
      throw new TypeError(
        `SequentialLR: expected schedules that count epochs, got ${describeValue(schedule)} at index ${index}`,
      )
    }
    if (schedule.optimizer !== optimizer) {
      throw new RangeError(
        `SequentialLR: expected schedules of the same optimiser, got one of another at index ${index}`,
      )
    }
  }
  if (!Array.isArray(milestones) || milestones.length !== schedules.length - 1) {
    const got = Array.isArray(milestones) ? milestones.length : describeValue(milestones)
    throw new RangeError(
      `SequentialLR: expected one milestone less than there are schedules (${schedules.length}), got ${got}`,
    )
  }
  for (const [index, epoch] of milestones.entries()) {
    checkInteger('SequentialLR', `milestones[${index}]`, epoch, { least: milestones[index - 1] ?? 1 })
  }
}
