import { type CheckpointLocation, CorruptCheckpointError, quote, UnsafePickleError } from '../errors.ts'
import type { Refusal } from '../leftOut.ts'
import type { Limits } from '../limits.ts'
import {
  classOf,
  classOfObject,
  describe,
  globalName,
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
import { constructorOf, takesState } from './constructors.ts'
import type { Saved } from './savedValue.ts'
import { Unrepresentable } from './unrepresentable.ts'
import { unsupportedObject } from './unsupported.ts'

/** What the caller of the interpreter decides. */
export interface Interpretation<T> {
  /** Makes what stands for a tensor in the result. */
  tensor(spec: TensorSpec): T
  /**
   * Makes what stands for an object that is not on the allow-list, or that nothing here can hold; `refusal` tells which. Its parts
   * must not be used yet, because it may contain itself.
   */
  inert(record: PickleRecord, refusal: Refusal): T
  /** Adds the parts to what {@link inert} made, once other objects can refer to it. */
  settle?(made: T, record: PickleRecord, saved: (value: PickleValue) => Saved<T>): void
  /** The storage, or in tar files the tensor, that a persistent id names; null if it names a class. */
  persistent(record: PicklePersistent): StorageSpec | TensorSpec | null
  /** Storages inside the pickle, by the offset of the call that reads them. */
  readonly embedded: Map<number, StorageSpec>
}

/**
 * Makes objects from a pickle's records, as far as the allow-list permits. Each record is interpreted once, so shared objects stay
 * shared, and lists and dicts may contain themselves.
 * @throws CorruptCheckpointError, UnsafePickleError
 */
export class Interpreter<T> implements Resolver<T> {
  readonly #use: Interpretation<T>
  readonly #at: CheckpointLocation
  readonly #values = new Map<PickleRecord, Interpreted<T>>()
  readonly #tensors = new Map<TensorSpec | StorageSpec, T>()
  /** Objects whose arguments are being interpreted. */
  readonly #open = new Set<PickleRecord>()
  /** Stand-ins for objects that were not made, and why. */
  readonly #inert = new Map<Interpreted<T>, Refusal>()
  readonly limits: Limits
  #depth = 0

  constructor(use: Interpretation<T>, at: CheckpointLocation, limits: Limits) {
    this.limits = limits
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
    // Copied: a view would keep the whole buffer of the pickle alive.
    if (value instanceof Uint8Array) return value.slice()
    if (!isRecord(value)) return value
    const known = this.#values.get(value)
    if (known !== undefined) return known
    if (this.#depth === this.limits.depth)
      throw this.#corrupt(`nested over ${this.limits.depth} deep, the limit`, value)
    if (this.#open.has(value)) throw this.#corrupt('an object is its own argument', value)
    this.#open.add(value)
    this.#depth++
    try {
      const made = this.#make(value)
      this.#values.set(value, made)
      return made
    } finally {
      this.#depth--
      this.#open.delete(value)
    }
  }

  refusal(value: Interpreted<T>): Refusal | null {
    return this.#inert.get(value) ?? null
  }

  get embedded(): Map<number, StorageSpec> {
    return this.#use.embedded
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
        return this.#stand(record, unlisted(record))
      }
      case 'persistent':
        return this.#use.persistent(record) ?? this.#stand(record, unlisted(record))
      case 'object':
        return this.#object(record)
    }
  }

  #object(record: PickleObject): Interpreted<T> {
    const { callable, args, kwargs, items, entries, state } = record
    const called = classOf(callable)
    const construct = called === null ? null : constructorOf(called)
    if (called === null || construct === null) return this.#stand(record, unlisted(record))
    const callee = globalPath(called)
    if (isRecord(kwargs) && !(kwargs.kind === 'dict' && kwargs.entries.length === 0)) {
      throw this.#corrupt(`${callee} takes no keyword arguments`, record)
    }
    let made: Interpreted<T>
    try {
      made = construct(new Call<T>(callee, args.items, this, { ...this.#at, offset: record.offset }, state))
    } catch (error) {
      if (!(error instanceof Unrepresentable)) throw error
      return this.#stand(record, unsupportedObject(record, called) ?? error.refusal)
    }
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

  /** Makes a stand-in for a record. */
  #stand(record: PickleRecord, refusal: Refusal): T {
    const made = this.#use.inert(record, refusal)
    this.#inert.set(made, refusal)
    this.#begin(record, made)
    this.#use.settle?.(made, record, (value) => this.saved(value))
    return made
  }

  /** Registers a container before it is filled, because it may contain itself. */
  #begin(record: PickleRecord, made: Interpreted<T>): void {
    this.#values.set(record, made)
    this.#open.delete(record)
  }

  #setItems(map: Map<Saved<T>, Saved<T>>, entries: readonly PickleValue[], record: PickleRecord): void {
    for (let i = 0; i + 1 < entries.length; i += 2) {
      map.set(this.#key(entries[i] ?? null, record), this.saved(entries[i + 1] ?? null))
    }
  }

  /** As in Python, mutable values cannot be keys. */
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

/** The refusal of a class that is not on the allow-list, or of its object. */
function unlisted(record: PickleRecord): Refusal {
  const isObject = record.kind === 'object'
  const called = isObject ? classOfObject(record) : classOf(record)
  const name = called === null ? null : globalName(called)
  const what = isObject ? 'an object' : 'a class'
  return {
    what: name === null ? what : isObject ? `an object of ${name}` : `the class ${name}`,
    why: isObject ? 'its class is not on the allow-list' : 'classes are named, not looked up',
    kind: 'unlisted',
  }
}

/** A storage saved by itself: all of it, in one dimension. */
function wholeOf(storage: StorageSpec): TensorSpec {
  const dtype = storage.dtype === 'untyped' ? 'uint8' : storage.dtype
  const numel = storage.byteLength / itemSize(dtype)
  return TensorSpec.whole(storage, dtype, [numel])
}
