import { optionsOf } from '@unroll/kernels'
import { checkInteger, checkNumber } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParamGroup } from '../paramGroup.ts'
import { type EpochOptions, EpochScheduler } from './epochScheduler.ts'
import type { SchedulerField } from './lrScheduler.ts'

export interface LinearLROptions extends EpochOptions {
  /** The first learning rate, as a part of the optimiser's; above 0, at most 1. Default 1/3. */
  startFactor: number
  /** The last one; 0 to 1. Default 1. */
  endFactor: number
  /** Epochs from one to the other. Default 5. */
  totalIters: number
}

/**
 * Moves the learning rates in a line from one part of themselves to another: a warm-up.
 *
 * @example
 * const optimizer = new SGD([tensor([1])], { lr: 1 })
 * const schedule = new LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 })
 * schedule.getLastLr()   // [0.5]
 * optimizer.step()
 * schedule.step()
 * schedule.getLastLr()   // [0.75]
 * @see PyTorch: [LinearLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html)
 */
export class LinearLR extends EpochScheduler {
  static override readonly name: string = 'LinearLR'
  protected startFactor: number
  protected endFactor: number
  protected totalIters: number

  constructor(optimizer: Optimizer, options?: Partial<LinearLROptions> | null) {
    const defaults: LinearLROptions = { startFactor: 1 / 3, endFactor: 1, totalIters: 5, lastEpoch: -1 }
    const all = optionsOf('LinearLR', options, defaults, 'startFactor')
    checkNumber('LinearLR', 'startFactor', all.startFactor, { above: 0, most: 1 })
    checkNumber('LinearLR', 'endFactor', all.endFactor, { least: 0, most: 1 })
    checkInteger('LinearLR', 'totalIters', all.totalIters, { least: 1 })
    super(optimizer, all.lastEpoch)
    this.startFactor = all.startFactor
    this.endFactor = all.endFactor
    this.totalIters = all.totalIters
    this.begin()
  }

  protected override get fields(): readonly SchedulerField[] {
    return [
      ['startFactor', 'start_factor'],
      ['endFactor', 'end_factor'],
      ['totalIters', 'total_iters'],
      ...super.fields,
    ]
  }

  protected override checkFields(who: string): void {
    checkInteger(who, 'total_iters', this.totalIters, { least: 1 })
  }

  protected override nextLr({ lr }: ParamGroup): number {
    const { lastEpoch, startFactor, endFactor, totalIters } = this
    if (lastEpoch === 0) return lr * startFactor
    if (this.isInitial || lastEpoch > totalIters) return lr
    const rise = endFactor - startFactor
    return lr * (1 + rise / (totalIters * startFactor + (lastEpoch - 1) * rise))
  }

  protected override firstLr(_group: ParamGroup, index: number): number {
    return this.baseLr(index) * this.startFactor
  }
}
