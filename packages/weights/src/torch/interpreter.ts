import { type CheckpointLocation, CorruptCheckpointError, quote, UnsafePickleError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import {
  classOf,
  describe,
  globalPath,
  isRecord,
  type PickleObject,
  type PicklePersistent,
  type PickleRecord,
  type PickleValue,
} from '../pickle/values.ts'
import { itemSize } from '../tensor/fileDtype.ts'
import { StorageSpec, TensorSpec } from '../tensor/tensorSpec.ts'
import { dtypeOf } from './allowList.ts'
import { Call, type Interpreted, type Resolver } from './call.ts'
import { constructorOf, takesState, unsupportedKind } from './constructors.ts'
import type { Saved } from './savedValue.ts'

/** What the interpreter leaves to its user. */
export interface Interpretation<T> {
  /** Stands in for a tensor in the result. */
  tensor(spec: TensorSpec): T
  /** Stands in for an object that is not on the allow-list; throws where that is refused. */
  unlisted(record: PickleRecord): T
  /** The storage, or in tar files the tensor, that a persistent id names; null if it names a class. */
  persistent(record: PicklePersistent): StorageSpec | TensorSpec | null
}

/**
 * Makes of a pickle's records what the allow-list lets them be. Each record is interpreted once, so what was shared
 * stays shared, and lists and dicts may contain themselves.
 * @throws CorruptCheckpointError, UnsafePickleError, UnsupportedFormatError
 */
export class Interpreter<T> implements Resolver<T> {
  readonly #use: Interpretation<T>
  readonly #at: CheckpointLocation
  readonly #values = new Map<PickleRecord, Interpreted<T>>()
  readonly #tensors = new Map<TensorSpec | StorageSpec, T>()
  /** Objects whose arguments are being interpreted. */
  readonly #open = new Set<PickleRecord>()
  readonly #limits: Limits
  #depth = 0

  constructor(use: Interpretation<T>, at: CheckpointLocation, limits: Limits) {
    this.#limits = limits
    this.#use = use
    this.#at = at
  }

  saved(value: PickleValue): Saved<T> {
    const made = this.value(value)
    if (!(made instanceof TensorSpec || made instanceof StorageSpec)) return made
    const known = this.#tensors.get(made)
    if (known !== undefined) return known
    const tensor = this.#use.tensor(made instanceof TensorSpec ? made : wholeOf(made))
    this.#tensors.set(made, tensor)
    return tensor
  }

  value(value: PickleValue): Interpreted<T> {
    // The pickle's bytes are one large buffer: a view would keep all of it.
    if (value instanceof Uint8Array) return value.slice()
    if (!isRecord(value)) return value
    const known = this.#values.get(value)
    if (known !== undefined) return known
    if (this.#depth === this.#limits.depth)
      throw this.#corrupt(`nested over ${this.#limits.depth} deep, the limit`, value)
    if (this.#open.has(value)) throw this.#corrupt('an object is its own argument', value)
    this.#open.add(value)
    this.#depth++
    const made = this.#make(value)
    this.#depth--
    this.#open.delete(value)
    this.#values.set(value, made)
    return made
  }

  #make(record: PickleRecord): Interpreted<T> {
    switch (record.kind) {
      case 'list':
      case 'tuple': {
        const array: Saved<T>[] = []
        this.#begin(record, array)
        for (const item of record.items) array.push(this.saved(item))
        return array
      }
      case 'dict': {
        const map = new Map<Saved<T>, Saved<T>>()
        this.#begin(record, map)
        this.#setItems(map, record.entries, record)
        return map
      }
      case 'set': {
        const set = new Set<Saved<T>>()
        this.#begin(record, set)
        for (const item of record.items) set.add(this.#key(item, record))
        return set
      }
      case 'global': {
        const dtype = dtypeOf(record)
        if (dtype !== null) return dtype
        return this.#use.unlisted(record)
      }
      case 'persistent':
        return this.#use.persistent(record) ?? this.#use.unlisted(record)
      case 'object':
        return this.#object(record)
    }
  }

  #object(record: PickleObject): Interpreted<T> {
    const { callable, args, kwargs, items, entries, state } = record
    const called = classOf(callable)
    if (called === null || unsupportedKind(called) !== null) return this.#use.unlisted(record)
    const construct = constructorOf(called)
    if (construct === null) return this.#use.unlisted(record)
    const callee = globalPath(called)
    if (isRecord(kwargs) && !(kwargs.kind === 'dict' && kwargs.entries.length === 0)) {
      throw this.#corrupt(`${callee} takes no keyword arguments`, record)
    }
    const made = construct(
      new Call<T>(callee, args.items, this, { ...this.#at, offset: record.offset }, state),
    )
    if (items.length > 0) throw this.#corrupt(`expected a list to add items to, got ${callee}`, record)
    if (made instanceof Map) {
      this.#begin(record, made)
      this.#setItems(made, entries, record)
    } else if (entries.length > 0) {
      throw this.#corrupt(`expected a dict to set items of, got ${callee}`, record)
    }
    if (state !== undefined && !takesState(called)) this.#checkState(made, state, callee, record)
    return made
  }

  /** Makes a container known before it is filled: it may contain itself. */
  #begin(record: PickleRecord, made: Interpreted<T>): void {
    this.#values.set(record, made)
    this.#open.delete(record)
  }

  #setItems(map: Map<Saved<T>, Saved<T>>, entries: readonly PickleValue[], record: PickleRecord): void {
    for (let i = 0; i + 1 < entries.length; i += 2) {
      map.set(this.#key(entries[i] ?? null, record), this.saved(entries[i + 1] ?? null))
    }
  }

  /** As in Python, what can change cannot be a key. */
  #key(value: PickleValue, record: PickleRecord): Saved<T> {
    if (isRecord(value) && (value.kind === 'list' || value.kind === 'dict' || value.kind === 'set')) {
      throw this.#corrupt(`a ${value.kind} cannot be a key`, record)
    }
    return this.saved(value)
  }

  /** BUILD on an OrderedDict carries its attributes, such as `_metadata`. They are not kept. */
  #checkState(made: Interpreted<T>, state: PickleValue, callee: string, record: PickleRecord): void {
    const refuse = (what: string): UnsafePickleError =>
      new UnsafePickleError(`BUILD of ${callee} with ${what}`, { ...this.#at, offset: record.offset })
    if (!(made instanceof Map) || !isRecord(state) || state.kind !== 'dict') throw refuse(describe(state))
    for (let i = 0; i < state.entries.length; i += 2) {
      const key = state.entries[i] ?? null
      if (typeof key !== 'string' || key.startsWith('__'))
        throw refuse(`attribute ${typeof key === 'string' ? quote(key) : describe(key)}`)
    }
  }

  #corrupt(what: string, { offset }: PickleRecord): CorruptCheckpointError {
    return new CorruptCheckpointError(what, { ...this.#at, offset })
  }
}

/** A storage saved by itself: all of it, in one dimension. */
function wholeOf(storage: StorageSpec): TensorSpec {
  const dtype = storage.dtype === 'untyped' ? 'uint8' : storage.dtype
  const numel = storage.byteLength / itemSize(dtype)
  return TensorSpec.whole(storage, dtype, [numel])
}
