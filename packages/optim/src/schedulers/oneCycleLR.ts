import { describeValue, optionsOf } from '@unroll/kernels'
import { checkFlag, checkInteger, checkNumber, checkWord, perGroup } from '../arguments.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ParamGroup } from '../paramGroup.ts'
import { camelCase, mapOf, type StateValue } from '../stateDict.ts'
import { type EpochOptions, EpochScheduler } from './epochScheduler.ts'
import type { SchedulerField } from './lrScheduler.ts'

export interface OneCycleLROptions extends EpochOptions {
  /** How many steps there will be; or give `epochs` and `stepsPerEpoch`. */
  totalSteps: number | null
  epochs: number | null
  stepsPerEpoch: number | null
  /** The part of the steps in which the learning rate rises. Default 0.3. */
  pctStart: number
  /** Default 'cos'. */
  annealStrategy: 'cos' | 'linear'
  /** Move momentum, or beta1, the other way. Default true. */
  cycleMomentum: boolean
  /** The momentum at the highest learning rate, one or one for each group. Default 0.85. */
  baseMomentum: number | readonly number[]
  /** The momentum at the start and end. Default 0.95. */
  maxMomentum: number | readonly number[]
  /** The first learning rate is `maxLr / divFactor`. Default 25. */
  divFactor: number
  /** The last one is the first `/ finalDivFactor`. Default 1e4. */
  finalDivFactor: number
  /** Fall to the first learning rate before the last phase. Default false. */
  threePhase: boolean
}

const defaults: OneCycleLROptions = {
  totalSteps: null,
  epochs: null,
  stepsPerEpoch: null,
  pctStart: 0.3,
  annealStrategy: 'cos',
  cycleMomentum: true,
  baseMomentum: 0.85,
  maxMomentum: 0.95,
  divFactor: 25,
  finalDivFactor: 1e4,
  threePhase: false,
  lastEpoch: -1,
}

const strategies = ['cos', 'linear'] as const

/** From one learning rate and momentum to others. The texts are PyTorch's names of what a group has. */
interface Phase {
  readonly endStep: number
  readonly startLr: string
  readonly endLr: string
  readonly startMomentum: string
  readonly endMomentum: string
}

/**
 * Raises the learning rates from `maxLr / 25` to `maxLr`, then lowers them to nearly 0, while momentum goes the other way. Its
 * `step` is called after every batch.
 *
 * @example
 * const optimizer = new Adam([tensor([1])])
 * const schedule = new OneCycleLR(optimizer, 0.1, { totalSteps: 100 })
 * optimizer.paramGroups[0].maxLr   // 0.1
 * @see PyTorch: [OneCycleLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html)
 */
export class OneCycleLR extends EpochScheduler {
  static override readonly name: string = 'OneCycleLR'
  protected totalSteps: number
  protected annealStrategy: string
  protected cycleMomentum: boolean
  protected useBeta1: boolean
  private phases: readonly Phase[]

  /**
   * @param maxLr one, or one for each group
   * @throws RangeError where the optimiser has neither momentum nor betas, and `cycleMomentum` is on
   */
  constructor(
    optimizer: Optimizer,
    maxLr: number | readonly number[],
    options?: Partial<OneCycleLROptions> | null,
  ) {
    const all = optionsOf('OneCycleLR', options, defaults, 'totalSteps')
    const totalSteps = checkOptions(all)
    super(optimizer, all.lastEpoch)
    this.totalSteps = totalSteps
    this.annealStrategy = all.annealStrategy
    this.phases = phasesOf(totalSteps, all)
    this.cycleMomentum = all.cycleMomentum
    this.useBeta1 = 'betas' in optimizer.defaults
    if (all.cycleMomentum && !this.useBeta1 && !('momentum' in optimizer.defaults)) {
      throw new RangeError(
        `OneCycleLR: expected an optimiser with momentum or betas, got ${describeValue(optimizer)}; ` +
          'set cycleMomentum to false',
      )
    }
    this.allOrNothing(() => {
      this.prepareGroups(maxLr, all)
      this.begin()
    })
  }

  override stateDict(): Map<string, StateValue> {
    return super.stateDict().set(
      '_schedule_phases',
      this.phases.map((phase) => new Map(phaseKeys.map(([property, key]) => [key, phase[property]]))),
    )
  }

  override loadStateDict(state: unknown): void {
    const saved: unknown = state instanceof Map ? state.get('_schedule_phases') : undefined
    const who = 'OneCycleLR.loadStateDict'
    if (!Array.isArray(saved) || saved.length === 0) {
      throw new TypeError(
        `${who}: expected _schedule_phases to be a list of phases, got ${describeValue(saved)}`,
      )
    }
    const phases = saved.map((phase) => readPhase(who, phase))
    super.loadStateDict(state)
    this.phases = phases
  }

  protected override checkFields(who: string): void {
    checkWord(who, '_anneal_func_type', this.annealStrategy, strategies)
  }

  protected override get fields(): readonly SchedulerField[] {
    return [
      ['totalSteps', 'total_steps'],
      ['annealStrategy', '_anneal_func_type'],
      ['cycleMomentum', 'cycle_momentum'],
      ...(this.cycleMomentum ? [['useBeta1', 'use_beta1'] as const] : []),
      ...super.fields,
    ]
  }

  protected override get otherKeys(): readonly string[] {
    return ['_schedule_phases']
  }

  protected override nextLr(group: ParamGroup): number {
    const step = this.lastEpoch
    if (step > this.totalSteps) {
      throw new RangeError(
        `OneCycleLR.step: expected at most ${this.totalSteps} steps, its totalSteps, got ${step}; ` +
          'step() belongs after each batch, once',
      )
    }
    const found = this.phases.findIndex(({ endStep }) => step <= endStep)
    const index = found === -1 ? this.phases.length - 1 : found
    const phase = this.phases[index]
    if (phase === undefined) throw new RangeError('OneCycleLR.step: expected phases, got none')
    const start = this.phases[index - 1]?.endStep ?? 0
    if (phase.endStep === start) {
      throw new RangeError(
        `OneCycleLR: expected phases of some steps, got one that ends with step ${start}, where it begins; ` +
          'choose another pctStart, so that pctStart * totalSteps is not 1, and not all of the steps',
      )
    }
    const part = (step - start) / (phase.endStep - start)
    const anneal = this.annealStrategy === 'cos' ? annealByCosine : annealLinearly
    const between = (from: string, to: string): number =>
      anneal(numberOf(group, from), numberOf(group, to), part)
    if (this.cycleMomentum) setMomentum(group, between(phase.startMomentum, phase.endMomentum), this.useBeta1)
    return between(phase.startLr, phase.endLr)
  }

  /** Writes into the groups between what their learning rates and momenta move. */
  private prepareGroups(maxLr: number | readonly number[], options: OneCycleLROptions): void {
    const { paramGroups } = this.optimizer
    const each = (what: string, value: number | readonly number[]): number[] => {
      const values = perGroup('OneCycleLR', what, value, paramGroups.length)
      for (const one of values) checkNumber('OneCycleLR', what, one, { least: 0 })
      return values
    }
    const lrs = each('maxLr', maxLr)
    const [most, least] = [
      each('maxMomentum', options.maxMomentum),
      each('baseMomentum', options.baseMomentum),
    ]
    if (this.lastEpoch !== -1) return
    for (const [index, group] of paramGroups.entries()) {
      group.maxLr = lrs[index] ?? 0
      group.initialLr = group.maxLr / options.divFactor
      group.minLr = group.initialLr / options.finalDivFactor
      if (!this.cycleMomentum) continue
      group.maxMomentum = most[index] ?? 0
      group.baseMomentum = least[index] ?? 0
      setMomentum(group, group.maxMomentum, this.useBeta1)
    }
  }
}

/** @returns the number of steps */
function checkOptions(options: OneCycleLROptions): number {
  const who = 'OneCycleLR'
  const { totalSteps, epochs, stepsPerEpoch } = options
  checkNumber(who, 'pctStart', options.pctStart, { least: 0, most: 1 })
  checkWord(who, 'annealStrategy', options.annealStrategy, strategies)
  checkFlag(who, 'cycleMomentum', options.cycleMomentum)
  checkFlag(who, 'threePhase', options.threePhase)
  checkNumber(who, 'divFactor', options.divFactor, { above: 0 })
  checkNumber(who, 'finalDivFactor', options.finalDivFactor, { above: 0 })
  if (totalSteps !== null) {
    checkInteger(who, 'totalSteps', totalSteps, { least: 1 })
    return totalSteps
  }
  if (epochs === null || stepsPerEpoch === null) {
    throw new TypeError(`${who}: expected totalSteps, or epochs and stepsPerEpoch, got none of them`)
  }
  checkInteger(who, 'epochs', epochs, { least: 1 })
  checkInteger(who, 'stepsPerEpoch', stepsPerEpoch, { least: 1 })
  return epochs * stepsPerEpoch
}

function phasesOf(steps: number, { pctStart, threePhase }: OneCycleLROptions): Phase[] {
  const up = {
    startLr: 'initial_lr',
    endLr: 'max_lr',
    startMomentum: 'max_momentum',
    endMomentum: 'base_momentum',
  }
  const down = { startLr: 'max_lr', startMomentum: 'base_momentum', endMomentum: 'max_momentum' }
  const rise: Phase = { endStep: pctStart * steps - 1, ...up }
  if (!threePhase) return [rise, { endStep: steps - 1, ...down, endLr: 'min_lr' }]
  const rest = {
    startLr: 'initial_lr',
    endLr: 'min_lr',
    startMomentum: 'max_momentum',
    endMomentum: 'max_momentum',
  }
  return [
    rise,
    { endStep: 2 * pctStart * steps - 2, ...down, endLr: 'initial_lr' },
    { endStep: steps - 1, ...rest },
  ]
}

const phaseKeys = [
  ['endStep', 'end_step'],
  ['startLr', 'start_lr'],
  ['endLr', 'end_lr'],
  ['startMomentum', 'start_momentum'],
  ['endMomentum', 'end_momentum'],
] as const

function readPhase(who: string, saved: unknown): Phase {
  const phase = mapOf(who, 'a phase', saved)
  const text = (key: string): string => {
    const value = phase.get(key)
    if (typeof value === 'string') return value
    throw new TypeError(`${who}: expected ${key} of a phase to be text, got ${describeValue(value)}`)
  }
  const endStep = phase.get('end_step')
  checkNumber(who, 'end_step of a phase', endStep)
  return {
    endStep,
    startLr: text('start_lr'),
    endLr: text('end_lr'),
    startMomentum: text('start_momentum'),
    endMomentum: text('end_momentum'),
  }
}

function numberOf(group: ParamGroup, key: string): number {
  const value: unknown = Reflect.get(group, camelCase(key))
  checkNumber('OneCycleLR.step', `${camelCase(key)} of a group`, value)
  return value
}

function setMomentum(group: ParamGroup, momentum: number, useBeta1: boolean): void {
  const cycled: { betas?: readonly number[]; momentum?: number } & ParamGroup = group
  if (useBeta1) cycled.betas = [momentum, ...(cycled.betas ?? []).slice(1)]
  else cycled.momentum = momentum
}

function annealByCosine(start: number, end: number, part: number): number {
  return end + ((start - end) / 2) * (Math.cos(Math.PI * part) + 1)
}

function annealLinearly(start: number, end: number, part: number): number {
  return (end - start) * part + start
}
