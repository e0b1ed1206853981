import { optionsOf } from '@unroll/kernels'
import { checkInteger, checkNumber } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParamGroup } from '../paramGroup.ts'
import { type EpochOptions, EpochScheduler } from './epochScheduler.ts'
import type { SchedulerField } from './lrScheduler.ts'

export interface CosineAnnealingLROptions extends EpochOptions {
  /** The lowest learning rate. Default 0. */
  etaMin: number
}

/**
 * Lowers the learning rates along half a cosine for `tMax` epochs, and raises them again in as many.
 *
 * @example
 * const optimizer = new SGD([tensor([1])], { lr: 1 })
 * const schedule = new CosineAnnealingLR(optimizer, 2)
 * optimizer.step()
 * schedule.step()
 * schedule.step()
 * schedule.getLastLr()   // [0]
 * @see PyTorch: [CosineAnnealingLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html)
 */
export class CosineAnnealingLR extends EpochScheduler {
  static override readonly name: string = 'CosineAnnealingLR'
  protected tMax: number
  protected etaMin: number

  constructor(optimizer: Optimizer, tMax: number, options?: Partial<CosineAnnealingLROptions> | null) {
    const { etaMin, lastEpoch } = optionsOf(
      'CosineAnnealingLR',
      options,
      { etaMin: 0, lastEpoch: -1 },
      'etaMin',
    )
    checkInteger('CosineAnnealingLR', 'tMax', tMax, { least: 1 })
    checkNumber('CosineAnnealingLR', 'etaMin', etaMin)
    super(optimizer, lastEpoch)
    this.tMax = tMax
    this.etaMin = etaMin
    this.begin()
  }

  protected override get fields(): readonly SchedulerField[] {
    return [['tMax', 'T_max'], ['etaMin', 'eta_min'], ...super.fields]
  }

  protected override checkFields(who: string): void {
    checkInteger(who, 'T_max', this.tMax, { least: 1 })
  }

  protected override nextLr({ lr }: ParamGroup, index: number): number {
    const { lastEpoch, tMax, etaMin } = this
    if (this.isInitial) return lr
    // Behind a lowest point the factor would be a division by 0.
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      return lr + ((this.baseLr(index) - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2
    }
    const height = (epoch: number): number => 1 + Math.cos((Math.PI * epoch) / tMax)
    return (height(lastEpoch) / height(lastEpoch - 1)) * (lr - etaMin) + etaMin
  }

  protected override firstLr(_group: ParamGroup, index: number): number {
    const { etaMin } = this
    return etaMin + ((this.baseLr(index) - etaMin) * 2) / 2
  }
}
