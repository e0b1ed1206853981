import type { PickleReader } from './pickleReader.ts'
import {
  classOf,
  describe,
  isRecord,
  type PickleObject,
  type PickleTuple,
  type PickleValue,
} from './values.ts'

// What opcodes do to existing records. Nothing is looked up or called: the records only note what was asked for.

/** REDUCE, NEWOBJ, NEWOBJ_EX. */
export function makeObject(
  reader: PickleReader,
  callable: PickleValue,
  args: PickleValue | undefined,
  kwargs: PickleValue,
): PickleObject {
  if (!isTuple(args)) throw reader.corrupt(`expected a tuple of arguments, got ${describe(args ?? null)}`)
  if (!isObject(callable) && classOf(callable) === null) {
    throw reader.unsafe(`calls ${describe(callable)}, which is no function or class`)
  }
  const offset = reader.opcodeOffset
  return { kind: 'object', offset, callable, args, kwargs, items: [], entries: [], state: undefined }
}

/** APPEND, APPENDS, ADDITEMS. */
export function append(
  reader: PickleReader,
  values: readonly PickleValue[],
  target: PickleValue,
  kind: 'list' | 'set',
): undefined {
  if (!isRecord(target) || (target.kind !== kind && target.kind !== 'object')) {
    throw reader.corrupt(`expected a ${kind} to add items to, got ${describe(target)}`)
  }
  for (const value of values) target.items.push(value)
}

/** SETITEM, SETITEMS. */
export function setItems(
  reader: PickleReader,
  entries: readonly PickleValue[],
  target: PickleValue,
): undefined {
  if (!isRecord(target) || (target.kind !== 'dict' && target.kind !== 'object')) {
    throw reader.corrupt(`expected a dict to set items of, got ${describe(target)}`)
  }
  for (const value of pairs(reader, entries)) target.entries.push(value)
}

/** Key, value, key, value, ... */
export function pairs<T extends readonly PickleValue[]>(reader: PickleReader, entries: T): T {
  if (entries.length % 2 === 0) return entries
  throw reader.corrupt(`a key without a value: ${entries.length} items`)
}

/** BUILD. */
export function build(reader: PickleReader, state: PickleValue, target: PickleValue): undefined {
  if (!isObject(target)) throw reader.unsafe(`BUILD of ${describe(target)}, which has no state`)
  if (target.state !== undefined) throw reader.corrupt('second BUILD of one object')
  target.state = state
}

function isTuple(value: PickleValue | undefined): value is PickleTuple {
  return value !== undefined && isRecord(value) && value.kind === 'tuple'
}

function isObject(value: PickleValue): value is PickleObject {
  return isRecord(value) && value.kind === 'object'
}
