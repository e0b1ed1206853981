import { optionsOf } from '@unroll/kernels'
import { checkInteger, checkNumber } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParamGroup } from '../paramGroup.ts'
import { type EpochOptions, EpochScheduler } from './epochScheduler.ts'
import type { SchedulerField } from './lrScheduler.ts'

export interface WarmRestartsOptions extends EpochOptions {
  /** Each run is so many times as long as the one before. Default 1. */
  tMult: number
  /** The lowest learning rate. Default 0. */
  etaMin: number
}

const defaults: WarmRestartsOptions = { tMult: 1, etaMin: 0, lastEpoch: -1 }

/**
 * Lowers the learning rates along half a cosine, then starts anew from the top. The first run takes `t0` epochs.
 *
 * @example
 * const optimizer = new SGD([tensor([1])], { lr: 1 })
 * const schedule = new CosineAnnealingWarmRestarts(optimizer, 2)
 * optimizer.step()
 * schedule.step()
 * schedule.step()
 * schedule.getLastLr()   // [1]
 * @see PyTorch: [CosineAnnealingWarmRestarts](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html)
 */
export class CosineAnnealingWarmRestarts extends EpochScheduler {
  static override readonly name: string = 'CosineAnnealingWarmRestarts'
  protected t0: number
  /** Epochs of this run. */
  protected ti: number
  protected tMult: number
  protected etaMin: number
  /** Epochs since this run began. */
  protected tCur: number

  constructor(optimizer: Optimizer, t0: number, options?: Partial<WarmRestartsOptions> | null) {
    const who = 'CosineAnnealingWarmRestarts'
    const { tMult, etaMin, lastEpoch } = optionsOf(who, options, defaults, 'tMult')
    checkInteger(who, 't0', t0, { least: 1 })
    checkInteger(who, 'tMult', tMult, { least: 1 })
    checkNumber(who, 'etaMin', etaMin)
    super(optimizer, lastEpoch)
    this.t0 = t0
    this.ti = t0
    this.tMult = tMult
    this.etaMin = etaMin
    this.tCur = lastEpoch
    this.begin()
  }

  /**
   * Sets the next learning rates.
   * @param epoch goes to this one instead; a fraction after each batch: `epoch + batch / batches`
   */
  override step(epoch?: number): void {
    const to = epoch ?? (this.lastEpoch < 0 ? 0 : undefined)
    this.allOrNothing(() => {
      if (to === undefined) this.goOn()
      else this.goTo(to)
      this.setLrs((group, index) => this.nextLr(group, index))
    })
  }

  protected override checkFields(who: string): void {
    checkInteger(who, 'T_0', this.t0, { least: 1 })
    checkInteger(who, 'T_i', this.ti, { least: 1 })
    checkInteger(who, 'T_mult', this.tMult, { least: 1 })
  }

  protected override get fields(): readonly SchedulerField[] {
    return [
      ['t0', 'T_0'],
      ['ti', 'T_i'],
      ['tMult', 'T_mult'],
      ['etaMin', 'eta_min'],
      ['tCur', 'T_cur'],
      ...super.fields,
    ]
  }

  protected override nextLr(_group: ParamGroup, index: number): number {
    const { etaMin, tCur, ti } = this
    return etaMin + ((this.baseLr(index) - etaMin) * (1 + Math.cos((Math.PI * tCur) / ti))) / 2
  }

  private goOn(): void {
    this.lastEpoch++
    this.tCur++
    if (this.tCur < this.ti) return
    this.tCur %= this.ti
    this.ti *= this.tMult
  }

  private goTo(epoch: number): void {
    checkNumber(`${this.constructor.name}.step`, 'epoch', epoch, { least: 0, most: Number.MAX_SAFE_INTEGER })
    const { t0, tMult } = this
    this.lastEpoch = Math.floor(epoch)
    if (epoch < t0) {
      this.ti = t0
      this.tCur = epoch
    } else if (tMult === 1) this.tCur = epoch % t0
    else {
      const run = Math.floor(Math.log((epoch / t0) * (tMult - 1) + 1) / Math.log(tMult))
      this.tCur = epoch - (t0 * (tMult ** run - 1)) / (tMult - 1)
      this.ti = t0 * tMult ** run
    }
  }
}
