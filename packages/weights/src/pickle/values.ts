import { quote } from '../errors.ts'
import type { Bytes } from '../source/source.ts'

/**
 * The result of unpickling: plain data, and inert records of what the pickle asks for. Nothing is imported, called or
 * constructed to make them. The allow-list decides elsewhere what may be made of them.
 */
export type PickleValue = null | boolean | number | bigint | string | Bytes | PickleRecord

export type PickleRecord =
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleSet
  | PickleGlobal
  | PickleObject
  | PicklePersistent

interface At {
  /** Byte offset of the opcode that made the record. */
  readonly offset: number
}

interface PickleList extends At {
  readonly kind: 'list'
  readonly items: PickleValue[]
}

export interface PickleTuple extends At {
  readonly kind: 'tuple'
  readonly items: readonly PickleValue[]
}

interface PickleDict extends At {
  readonly kind: 'dict'
  /** Key, value, key, value, ...; keys may repeat: the last one counts. */
  readonly entries: PickleValue[]
}

/** A set or frozenset. */
interface PickleSet extends At {
  readonly kind: 'set'
  readonly items: PickleValue[]
}

/** A class or function, by name. */
export interface PickleGlobal extends At {
  readonly kind: 'global'
  readonly module: string
  readonly name: string
}

/** A request to call something (REDUCE) or to make an instance of it (NEWOBJ), and to change the result. */
export interface PickleObject extends At {
  readonly kind: 'object'
  readonly callable: PickleValue
  readonly args: PickleTuple
  /** Keyword arguments of NEWOBJ_EX. */
  readonly kwargs: PickleValue
  /** Values of APPEND, APPENDS, ADDITEMS. */
  readonly items: PickleValue[]
  /** Keys and values of SETITEM, SETITEMS. */
  readonly entries: PickleValue[]
  /** The argument of BUILD; undefined without one. */
  state: PickleValue | undefined
}

/** Something kept outside the pickle: in PyTorch's files, a storage. */
export interface PicklePersistent extends At {
  readonly kind: 'persistent'
  readonly id: PickleValue
}

/** True for the records, false for plain data. */
export function isRecord(value: PickleValue): value is PickleRecord {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

/** A word for messages: "int", "list", "global torch.FloatStorage". */
export function describe(value: PickleValue): string {
  if (value === null) return 'None'
  if (value instanceof Uint8Array) return 'bytes'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float'
    case 'bigint':
      return 'int'
    case 'string':
      return 'str'
    default:
  }
  if (value.kind === 'global') return `global ${globalName(value)}`
  if (value.kind === 'object') return `an object made by ${nameOf(value.callable)}`
  return value.kind
}

function nameOf(callable: PickleValue): string {
  return isRecord(callable) && callable.kind === 'global' ? globalName(callable) : describe(callable)
}

/** `module.name` for a message, quoted unless Python could import it. */
export function globalName(global: PickleGlobal): string {
  const path = globalPath(global)
  return /^[\w.]{1,120}$/.test(path) ? path : quote(path)
}

/** `module.name`, as the pickle has it. */
export function globalPath({ module, name }: PickleGlobal): string {
  return `${module}.${name}`
}

/**
 * The class that a callable names. Before PyTorch 1.6 modules are named by a persistent id that also carries their
 * source: `("module", class, file, source)`, in tar files without the first.
 */
export function classOf(value: PickleValue): PickleGlobal | null {
  if (!isRecord(value)) return null
  if (value.kind === 'global') return value
  if (value.kind !== 'persistent' || !isRecord(value.id) || value.id.kind !== 'tuple') return null
  const { items } = value.id
  const named = items[0] === 'module' ? items[1] : items[0]
  return named !== undefined && isRecord(named) && named.kind === 'global' ? named : null
}

/**
 * The class of a pickled object, or the function that would have made it. In protocols 0 and 1 a function makes every object, and
 * its first argument is the class.
 */
export function classOfObject({ callable, args }: PickleObject): PickleGlobal | null {
  const called = classOf(callable)
  const isMaker = called?.name === '_reconstructor' && /^copy_?reg$/.test(called.module)
  return isMaker ? (classOf(args.items[0] ?? null) ?? called) : called
}
