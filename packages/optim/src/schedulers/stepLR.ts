import { optionsOf } from '@unroll/kernels'
import { checkInteger, checkNumber } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParamGroup } from '../paramGroup.ts'
import { type EpochOptions, EpochScheduler } from './epochScheduler.ts'
import type { SchedulerField } from './lrScheduler.ts'

export interface StepLROptions extends EpochOptions {
  /** Default 0.1. */
  gamma: number
}

/**
 * Multiplies the learning rates by `gamma` every `stepSize` epochs.
 *
 * @example
 * const optimizer = new SGD([tensor([1])], { lr: 1 })
 * const schedule = new StepLR(optimizer, 2, { gamma: 0.5 })
 * optimizer.step()
 * schedule.step()
 * schedule.step()
 * optimizer.paramGroups[0].lr   // 0.5
 * @see PyTorch: [StepLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html)
 */
export class StepLR extends EpochScheduler {
  static override readonly name: string = 'StepLR'
  protected stepSize: number
  protected gamma: number

  constructor(optimizer: Optimizer, stepSize: number, options?: Partial<StepLROptions> | null) {
    const { gamma, lastEpoch } = optionsOf('StepLR', options, { gamma: 0.1, lastEpoch: -1 }, 'gamma')
    checkInteger('StepLR', 'stepSize', stepSize, { least: 1 })
    checkNumber('StepLR', 'gamma', gamma)
    super(optimizer, lastEpoch)
    this.stepSize = stepSize
    this.gamma = gamma
    this.begin()
  }

  protected override get fields(): readonly SchedulerField[] {
    return [['stepSize', 'step_size'], ['gamma', 'gamma'], ...super.fields]
  }

  protected override checkFields(who: string): void {
    checkInteger(who, 'step_size', this.stepSize, { least: 1 })
  }

  protected override nextLr({ lr }: ParamGroup): number {
    return this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? lr : lr * this.gamma
  }

  protected override firstLr(_group: ParamGroup, index: number): number {
    return this.baseLr(index)
  }
}
