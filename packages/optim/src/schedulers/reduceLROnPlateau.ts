import { optionsOf } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { checkInteger, checkNumber, checkWord, perGroup } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import { isTensor } from '../paramGroup.ts'
import { LRScheduler, type SchedulerField } from './lrScheduler.ts'

export interface ReduceLROnPlateauOptions {
  /** Whether less or more is better. Default 'min'. */
  mode: 'min' | 'max'
  /** Learning rates are multiplied by it; less than 1. Default 0.1. */
  factor: number
  /** More bad epochs than these in a row lower the learning rates. Default 10. */
  patience: number
  /** How much better counts as better. Default 1e-4. */
  threshold: number
  /** Whether the threshold is a part of the best until now, or a difference. Default 'rel'. */
  thresholdMode: 'rel' | 'abs'
  /** Epochs after a reduction in which bad ones do not count. Default 0. */
  cooldown: number
  /** The lowest learning rate, one or one for each group. Default 0. */
  minLr: number | readonly number[]
  /** Learning rates do not change by less than this. Default 1e-8. */
  eps: number
}

const modes = ['min', 'max'] as const
const thresholdModes = ['rel', 'abs'] as const

const defaults: ReduceLROnPlateauOptions = {
  mode: 'min',
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: 'rel',
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
}

/**
 * Lowers the learning rates when a number, such as the validation loss, has stopped to improve.
 *
 * @example
 * const optimizer = new SGD([tensor([1])], { lr: 1 })
 * const schedule = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5 })
 * schedule.step(0.25)
 * schedule.step(0.25)
 * schedule.getLastLr()   // [0.5]
 * @see PyTorch: [ReduceLROnPlateau](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html)
 */
export class ReduceLROnPlateau extends LRScheduler {
  static override readonly name: string = 'ReduceLROnPlateau'
  protected factor: number
  /** Null if each group has its own. */
  protected defaultMinLr: number | null
  protected minLrs: number[]
  protected patience: number
  protected cooldown: number
  protected eps: number
  protected modeWorse: number
  protected mode: string
  protected threshold: number
  protected thresholdMode: string
  protected best: number
  protected cooldownCounter = 0
  protected numBadEpochs = 0

  constructor(optimizer: Optimizer, options?: Partial<ReduceLROnPlateauOptions> | null) {
    const who = 'ReduceLROnPlateau'
    const all = optionsOf(who, options, defaults, 'mode')
    checkWord(who, 'mode', all.mode, modes)
    checkWord(who, 'thresholdMode', all.thresholdMode, thresholdModes)
    checkNumber(who, 'factor', all.factor, { below: 1 })
    checkInteger(who, 'patience', all.patience, { least: 0 })
    checkNumber(who, 'threshold', all.threshold)
    checkInteger(who, 'cooldown', all.cooldown, { least: 0 })
    checkNumber(who, 'eps', all.eps)
    super(optimizer, 0)
    this.factor = all.factor
    this.defaultMinLr = typeof all.minLr === 'number' ? all.minLr : null
    this.minLrs = perGroup(who, 'minLr', all.minLr, optimizer.paramGroups.length)
    for (const minLr of this.minLrs) checkNumber(who, 'minLr', minLr)
    this.patience = all.patience
    this.cooldown = all.cooldown
    this.eps = all.eps
    this.mode = all.mode
    this.modeWorse = all.mode === 'min' ? Infinity : -Infinity
    this.threshold = all.threshold
    this.thresholdMode = all.thresholdMode
    this.best = this.modeWorse
  }

  /**
   * @param metrics this epoch's number; a tensor of one element too
   * @throws TypeError if it is left out
   */
  step(metrics: number | Tensor): void {
    const value = isTensor(metrics) ? metrics.item() : metrics
    // NaN is no number to compare with, but an epoch that was not better.
    if (!Number.isNaN(value)) checkNumber('ReduceLROnPlateau.step', 'metrics', value)
    this.allOrNothing(() => this.count(value))
  }

  private count(value: number): void {
    this.lastEpoch++
    if (this.isBetter(value)) {
      this.best = value
      this.numBadEpochs = 0
    } else this.numBadEpochs++
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--
      this.numBadEpochs = 0
    }
    if (this.numBadEpochs > this.patience) {
      this.reduce()
      this.cooldownCounter = this.cooldown
      this.numBadEpochs = 0
    }
    this.lastLr = this.currentLrs()
  }

  protected override get fields(): readonly SchedulerField[] {
    return [
      ['factor', 'factor'],
      ['defaultMinLr', 'default_min_lr'],
      ['minLrs', 'min_lrs'],
      ['patience', 'patience'],
      ['cooldown', 'cooldown'],
      ['eps', 'eps'],
      ...super.fields,
      ['modeWorse', 'mode_worse'],
      ['mode', 'mode'],
      ['threshold', 'threshold'],
      ['thresholdMode', 'threshold_mode'],
      ['best', 'best'],
      ['cooldownCounter', 'cooldown_counter'],
      ['numBadEpochs', 'num_bad_epochs'],
    ]
  }

  protected override checkFields(who: string): void {
    checkWord(who, 'mode', this.mode, modes)
    checkWord(who, 'threshold_mode', this.thresholdMode, thresholdModes)
  }

  private isBetter(value: number): boolean {
    const { best, threshold } = this
    const isRelative = this.thresholdMode === 'rel'
    if (this.mode === 'min') return value < (isRelative ? best * (1 - threshold) : best - threshold)
    return value > (isRelative ? best * (threshold + 1) : best + threshold)
  }

  private reduce(): void {
    const { paramGroups } = this.optimizer
    if (paramGroups.length !== this.minLrs.length) {
      if (this.defaultMinLr === null) {
        throw new RangeError(
          `ReduceLROnPlateau.step: expected minLr for each of the ${paramGroups.length} groups, got ${this.minLrs.length}; ` +
            'a group was added since',
        )
      }
      this.minLrs = new Array<number>(paramGroups.length).fill(this.defaultMinLr)
    }
    for (const [index, group] of paramGroups.entries()) {
      const lr = Math.max(group.lr * this.factor, this.minLrs[index] ?? 0)
      if (group.lr - lr > this.eps) group.lr = lr
    }
  }
}
