import { type CheckpointLocation, CorruptCheckpointError } from '../errors.ts'
import type { Refusal } from '../leftOut.ts'
import type { Limits } from '../limits.ts'
import { describe, isRecord, type PickleGlobal, type PickleValue } from '../pickle/values.ts'
import { StorageSpec, TensorSpec } from '../tensor/tensorSpec.ts'
import type { Saved } from './savedValue.ts'
import { Unrepresentable } from './unrepresentable.ts'

/** A value that is made from a pickled one as an argument. Not all of them may be in containers. */
export type Interpreted<T> = Saved<T> | StorageSpec | TensorSpec

/** The interpreter as constructors see it: it makes values from pickled ones. */
export interface Resolver<T> {
  readonly limits: Limits
  /** Makes an argument. */
  value(value: PickleValue): Interpreted<T>
  /** Makes a value for a container, or for the user. */
  saved(value: PickleValue): Saved<T>
  /** Why a value is only a stand-in for an object that cannot be made; null if it is not one. */
  refusal(value: Interpreted<T>): Refusal | null
  /** Storages inside the pickle, by the offset of the call that reads them. */
  readonly embedded: Map<number, StorageSpec>
}

/** One call of a class or function on the allow-list. Its methods read the arguments, and check their types. */
export class Call<T> {
  readonly args: readonly PickleValue[]
  readonly resolver: Resolver<T>
  readonly at: CheckpointLocation
  /** The argument of BUILD, if there was one. */
  readonly state: PickleValue | undefined
  /** The name as the pickle has it, for messages. */
  readonly callee: string

  constructor(
    callee: string,
    args: readonly PickleValue[],
    resolver: Resolver<T>,
    at: CheckpointLocation,
    state?: PickleValue,
  ) {
    this.state = state
    this.callee = callee
    this.args = args
    this.resolver = resolver
    this.at = at
  }

  /** A call at the same place with another callee. */
  of(callee: string, args: readonly PickleValue[]): Call<T> {
    return new Call(callee, args, this.resolver, this.at)
  }

  corrupt(what: string): CorruptCheckpointError {
    return new CorruptCheckpointError(`${this.callee}: ${what}`, this.at)
  }

  /** The argument as pickled. */
  raw(index: number): PickleValue {
    const value = this.args[index]
    if (value === undefined) throw this.corrupt(`expected more than ${this.args.length} arguments`)
    return value
  }

  /**
   * The argument, made.
   * @throws Unrepresentable if nothing can hold it, so that nothing can hold what is made from it either
   */
  value(index: number): Interpreted<T> {
    const value = this.resolver.value(this.raw(index))
    const refusal = this.resolver.refusal(value)
    if (refusal !== null) throw new Unrepresentable(refusal.what, refusal.why)
    return value
  }

  /** The storage in this call: the one that was read before, else what `make` returns. */
  embedded(make?: () => StorageSpec): StorageSpec {
    const offset = this.at.offset ?? -1
    const storage = this.resolver.embedded.get(offset) ?? make?.()
    if (storage === undefined) throw this.corrupt('expected the bytes of a storage')
    this.resolver.embedded.set(offset, storage)
    return storage
  }

  global(index: number): PickleGlobal {
    const value = this.raw(index)
    if (!isRecord(value) || value.kind !== 'global') throw this.#unexpected(index, 'a class or function')
    return value
  }

  tuple(index: number): readonly PickleValue[] {
    const value = this.raw(index)
    if (!isRecord(value) || value.kind !== 'tuple') throw this.#unexpected(index, 'a tuple')
    return value.items
  }

  storage(index: number): StorageSpec {
    const value = this.value(index)
    if (!(value instanceof StorageSpec)) throw this.#unexpected(index, 'a storage')
    return value
  }

  tensor(index: number): TensorSpec {
    const value = this.value(index)
    if (!(value instanceof TensorSpec)) throw this.#unexpected(index, 'a tensor')
    return value
  }

  text(index: number): string {
    const value = this.raw(index)
    if (typeof value !== 'string') throw this.#unexpected(index, 'text')
    return value
  }

  flag(index: number): boolean {
    const value = this.raw(index)
    if (typeof value !== 'boolean') throw this.#unexpected(index, 'True or False')
    return value
  }

  number(index: number): number {
    const value = this.raw(index)
    if (typeof value !== 'number') throw this.#unexpected(index, 'a number')
    return value
  }

  /** A size, stride or offset: 0 or more, below 2^53. */
  count(index: number): number {
    return this.#count(this.raw(index), index)
  }

  /** A tuple, list or torch.Size of counts. */
  counts(index: number): number[] {
    const value = this.value(index)
    if (!Array.isArray(value)) throw this.#unexpected(index, 'a tuple of counts')
    return value.map((count) => this.#count(count, index))
  }

  #count(value: unknown, index: number): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    const got = typeof value === 'number' || typeof value === 'bigint' ? value : describe(this.raw(index))
    throw this.corrupt(`expected counts from 0 to 2^53 - 1 as argument ${index}, got ${got}`)
  }

  #unexpected(index: number, expected: string): CorruptCheckpointError {
    return this.corrupt(`expected ${expected} as argument ${index}, got ${describe(this.raw(index))}`)
  }
}
