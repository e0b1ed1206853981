import type { Refusal } from '../leftOut.ts'
import {
  classOf,
  classOfObject,
  globalName,
  type PickleGlobal,
  type PickleRecord,
  type PickleValue,
} from '../pickle/values.ts'
import type { Saved } from './savedValue.ts'

/**
 * An object whose class is not on the allow-list: its name and its parts, which were never put together. Its attributes can be
 * searched for tensors.
 */
export class Opaque<T> {
  readonly record: PickleRecord
  /** What it is, and why it was not made. */
  readonly refusal: Refusal
  readonly #saved: (value: PickleValue) => Saved<T | Opaque<T>>

  constructor(record: PickleRecord, refusal: Refusal, saved: (value: PickleValue) => Saved<T | Opaque<T>>) {
    this.record = record
    this.refusal = refusal
    this.#saved = saved
  }

  /** The class, or the function that would have made the object; null if it is neither. */
  get class(): PickleGlobal | null {
    const { record } = this
    return record.kind === 'object' ? classOfObject(record) : classOf(record)
  }

  /** `torch.nn.modules.rnn.LSTM` */
  get name(): string {
    const { class: named } = this
    return named === null ? 'an object' : globalName(named)
  }

  /** The argument of BUILD, of any type; undefined without one. */
  state(): Saved<T | Opaque<T>> | undefined {
    const { record } = this
    return record.kind === 'object' && record.state !== undefined ? this.#saved(record.state) : undefined
  }

  /** The attributes that BUILD would have set; null if its argument names none. */
  attributes(): Map<Saved<T | Opaque<T>>, Saved<T | Opaque<T>>> | null {
    return attributesIn(this.state())
  }

  /** Items of a subclass of dict, such as defaultdict; null without any. */
  entries(): Map<Saved<T | Opaque<T>>, Saved<T | Opaque<T>>> | null {
    const { record } = this
    if (record.kind !== 'object' || record.entries.length === 0) return null
    const map = new Map<Saved<T | Opaque<T>>, Saved<T | Opaque<T>>>()
    for (let i = 0; i + 1 < record.entries.length; i += 2) {
      map.set(this.#saved(record.entries[i] ?? null), this.#saved(record.entries[i + 1] ?? null))
    }
    return map
  }

  /** Items of a subclass of list. */
  items(): Saved<T | Opaque<T>>[] {
    const { record } = this
    return record.kind === 'object' ? record.items.map((item) => this.#saved(item)) : []
  }
}

/** The attributes in a BUILD's argument; null if it names none. */
export function attributesIn<T>(state: Saved<T> | undefined): Map<Saved<T>, Saved<T>> | null {
  if (state instanceof Map) return state
  // Objects with slots: (dict or None, dict of slots).
  if (!Array.isArray(state)) return null
  const maps = state.filter((part) => part instanceof Map)
  return maps.length === 0 ? null : new Map(maps.flatMap((map) => [...map]))
}
