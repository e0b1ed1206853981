import { describeValue } from '@unroll/kernels'
import { Optimizer } from '../optimizer.ts'
import { type ParamGroup, setOptions } from '../paramGroup.ts'
import { copyOf, mapOf, type StateValue } from '../stateDict.ts'

/** A property of a scheduler, and its key in PyTorch's state dict. */
export type SchedulerField = readonly [property: string, key: string]

/**
 * What all schedulers have: they set the learning rates of an optimiser's groups.
 *
 * @see PyTorch: [torch.optim.lr_scheduler](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
 */
export abstract class LRScheduler {
  readonly optimizer: Optimizer
  /** How often {@link LRScheduler.step} was called; -1 before the first learning rate is set. */
  lastEpoch: number
  protected lastLr: number[]

  /** @throws TypeError unless `optimizer` is one */
  constructor(optimizer: Optimizer, lastEpoch: number) {
    if (!(optimizer instanceof Optimizer)) {
      throw new TypeError(
        `${this.constructor.name}: expected an optimiser, got ${describeValue(optimizer)}; it comes before the options`,
      )
    }
    this.optimizer = optimizer
    this.lastEpoch = lastEpoch
    this.lastLr = this.currentLrs()
  }

  /** The learning rate that the last step set, for each group. */
  getLastLr(): number[] {
    return this.lastLr.slice()
  }

  /** A copy of the state, under PyTorch's keys. */
  stateDict(): Map<string, StateValue> {
    return new Map(this.fields.map(([property, key]) => [key, copyOf(Reflect.get(this, property))]))
  }

  /**
   * Takes a state over, from {@link LRScheduler.stateDict} or PyTorch. The learning rates of the groups are in the optimiser's own
   * state dict.
   * @throws TypeError unless it is the state dict of such a scheduler, RangeError if it has another number of groups. Then nothing
   * has changed.
   */
  loadStateDict(state: unknown): void {
    const fields = this.readFields(state)
    this.allOrNothing(() => {
      for (const [property, value] of fields) Reflect.set(this, property, value)
      this.checkFields(`${this.constructor.name}.loadStateDict`)
    })
  }

  /** What is saved. */
  protected get fields(): readonly SchedulerField[] {
    return [
      ['lastEpoch', 'last_epoch'],
      ['lastLr', '_last_lr'],
    ]
  }

  /** Throws on values of fields that were set from a state dict and are out of range. */
  protected checkFields(_who: string): void {}

  /** Changes the schedule and the options of groups; both are as before if that throws. */
  protected allOrNothing(change: () => void): void {
    const before = this.fields.map(([property]) => [property, Reflect.get(this, property)] as const)
    const groups = this.optimizer.paramGroups.map((group) => ({ ...group }))
    try {
      change()
    } catch (error) {
      for (const [property, value] of before) Reflect.set(this, property, value)
      for (const [index, group] of this.optimizer.paramGroups.entries()) {
        setOptions(group, groups[index] ?? group)
      }
      throw error
    }
  }

  /** Keys that other classes write and read. */
  protected get otherKeys(): readonly string[] {
    return []
  }

  /** The properties of a state dict, all checked. */
  protected readFields(state: unknown): [property: string, value: unknown][] {
    const who = `${this.constructor.name}.loadStateDict`
    const saved = mapOf(who, 'a state dict', state)
    const { fields, otherKeys } = this
    const known = [...fields.map(([, key]) => key), ...otherKeys]
    for (const key of saved.keys()) {
      if (typeof key === 'string' && (known.includes(key) || skipped.includes(key))) continue
      throw new TypeError(
        `${who}: expected ${known.join(', ')}, got ${String(key)}; this state dict is of another scheduler`,
      )
    }
    const missing = known.find((key) => !saved.has(key) && !optional.includes(key))
    if (missing !== undefined) {
      throw new TypeError(
        `${who}: expected ${known.join(', ')}, got no ${missing}; this state dict is of another scheduler`,
      )
    }
    return fields.flatMap(([property, key]) => {
      if (!saved.has(key)) return []
      const value = saved.get(key)
      const present: unknown = Reflect.get(this, property)
      const groups = ofAllGroups.includes(key) ? this.optimizer.paramGroups.length : null
      checkLike(`${who}: expected ${key}`, present, value, groups)
      return [[property, copyOf(value)] as [string, unknown]]
    })
  }

  protected currentLrs(): number[] {
    return this.optimizer.paramGroups.map((group: ParamGroup) => group.lr)
  }
}

/** Keys of PyTorch that say nothing here. */
const skipped = ['_get_lr_called_within_step', 'verbose']

/** Keys that old versions of PyTorch did not write. */
const optional = ['_is_initial', 'default_min_lr']

/** Lists that get a number for each group that is added after the schedule was made. */
const ofAllGroups = ['_last_lr', 'min_lrs']

/**
 * @param groups another length that a list may have
 * @throws TypeError unless `value` is of the kind of `present`, RangeError if it is a list of another length, or NaN
 */
function checkLike(what: string, present: unknown, value: unknown, groups: number | null): void {
  if (Array.isArray(present)) {
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'number')) {
      throw new TypeError(`${what} to be a list of numbers, got ${describeValue(value)}`)
    }
    if (value.length === present.length || value.length === groups) return
    throw new RangeError(`${what} to have ${present.length} numbers, got ${value.length}`)
  }
  if (Number.isNaN(value)) throw new RangeError(`${what} to be a number, got NaN`)
  const isNullable = present === null || value === null
  if (isNullable ? isNumberOrNull(present) && isNumberOrNull(value) : kindOf(value) === kindOf(present))
    return
  throw new TypeError(`${what} to be ${describeKind(present)}, got ${describeValue(value)}`)
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || typeof value === 'number'
}

function kindOf(value: unknown): string {
  return value instanceof Map ? 'Map' : typeof value
}

function describeKind(value: unknown): string {
  return value === null ? 'a number or null' : `a ${kindOf(value)}`
}
