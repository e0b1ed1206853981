import { type CheckpointLocation, UnsafePickleError } from '../errors.ts'
import { limits as defaultLimits, type Limits } from '../limits.ts'
import type { Bytes, Source } from '../source/source.ts'
import { Op, opcodeName } from './opcodes.ts'
import { PickleReader } from './pickleReader.ts'
import {
  classOf,
  describe,
  isRecord,
  type PickleGlobal,
  type PickleObject,
  type PicklePersistent,
  type PickleTuple,
  type PickleValue,
} from './values.ts'

export interface Pickle {
  readonly value: PickleValue
  /** Every class and function the pickle names, also those it drops again. */
  readonly globals: readonly PickleGlobal[]
  /** Everything it leaves outside: in PyTorch's files, storages. */
  readonly persistents: readonly PicklePersistent[]
  /** Offset after STOP. */
  readonly end: number
}

/**
 * Runs the pickle that `bytes` start with (protocols 2 to 5) and gives what it describes as inert records.
 *
 * The machine of Python's pickle without its hands: no name is looked up, nothing is called. Time and memory grow
 * with the pickle's length only: sharing (DUP, memo) stays sharing, and nothing recurses.
 * @throws CorruptCheckpointError; UnsafePickleError for the opcodes that no PyTorch file has a use for
 */
export function unpickle(bytes: Bytes, at: CheckpointLocation, limits: Limits = defaultLimits): Pickle {
  return new PickleMachine(new PickleReader(bytes, 0, at, limits), bytes.length, at, limits).run()
}

/** Bytes of a stream that are tried first: most pickles end within them. */
const firstBytes = 65_536

/**
 * Runs the pickle that starts at `start` of a source and may end anywhere before `end`; its offsets count from `origin`.
 * Reads about as far as it goes.
 * @throws as {@link unpickle}, UnreadableSourceError
 */
export async function unpickleAt(
  source: Source,
  start: number,
  end: number,
  at: CheckpointLocation,
  origin = 0,
): Promise<Pickle> {
  const { limits } = source
  const available = Math.min(end - start, limits.pickleBytes)
  for (let length = firstBytes; ; ) {
    const bytes = await source.read(start, start + Math.min(length, available))
    const reader = new PickleReader(bytes, start - origin, at, limits)
    try {
      return new PickleMachine(reader, bytes.length, at, limits).run()
    } catch (error) {
      if (reader.needed <= bytes.length || reader.needed > available) throw error
      // Four times as much costs a third more than knowing the length.
      length = Math.max(4 * length, reader.needed)
    }
  }
}

class PickleMachine {
  readonly #reader: PickleReader
  readonly #length: number
  readonly #at: CheckpointLocation
  readonly #limits: Limits
  readonly #stack: PickleValue[] = []
  /** Heights of the stack at the open MARKs. */
  readonly #marks: number[] = []
  readonly #memo = new Map<number, PickleValue>()
  readonly #globals: PickleGlobal[] = []
  readonly #persistents: PicklePersistent[] = []

  constructor(reader: PickleReader, length: number, at: CheckpointLocation, limits: Limits) {
    this.#limits = limits
    this.#reader = reader
    this.#length = length
    this.#at = at
  }

  run(): Pickle {
    const reader = this.#reader
    if (reader.opcode() !== Op.PROTO)
      throw reader.corrupt('expected a pickle of protocol 2 to 5, got no PROTO')
    const protocol = reader.uint8()
    if (protocol < 2 || protocol > 5) throw reader.corrupt(`expected pickle protocol 2 to 5, got ${protocol}`)
    for (let count = 0; ; count++) {
      const opcode = reader.opcode()
      if (opcode === Op.STOP) return this.#stop()
      if (count === this.#limits.pickleOpcodes)
        throw reader.corrupt(`over ${this.#limits.pickleOpcodes} opcodes, the limit`)
      const made = this.#step(opcode)
      if (made !== undefined) this.#stack.push(made)
    }
  }

  #stop(): Pickle {
    const value = this.#pop()
    if (this.#stack.length > 0 || this.#marks.length > 0) {
      throw this.#reader.corrupt(
        `STOP leaves ${this.#stack.length} values and ${this.#marks.length} marks behind`,
      )
    }
    const [globals, persistents] = [this.#globals, this.#persistents]
    return { value, globals, persistents, end: this.#reader.offset }
  }

  /** Does what an opcode asks for; gives the value it pushes, undefined if it pushes none. */
  #step(opcode: number): PickleValue | undefined {
    const reader = this.#reader
    const offset = reader.opcodeOffset
    switch (opcode) {
      case Op.FRAME: {
        const length = reader.uint64()
        if (length > reader.remaining) {
          throw reader.tooShort(length, `FRAME of ${length} bytes, the pickle has ${reader.remaining} left`)
        }
        return undefined
      }

      case Op.NONE:
        return null
      case Op.NEWTRUE:
        return true
      case Op.NEWFALSE:
        return false
      case Op.BININT:
        return reader.int32()
      case Op.BININT1:
        return reader.uint8()
      case Op.BININT2:
        return reader.uint16()
      case Op.LONG1:
        return reader.integer(reader.uint8())
      case Op.LONG4:
        return reader.integer(this.#signedLength())
      case Op.BINFLOAT:
        return reader.float64()
      case Op.SHORT_BINUNICODE:
        return reader.string(reader.uint8())
      case Op.BINUNICODE:
        return reader.string(reader.uint32())
      case Op.BINUNICODE8:
        return reader.string(reader.uint64())
      case Op.SHORT_BINSTRING:
        return reader.stringOrBytes(reader.uint8())
      case Op.BINSTRING:
        return reader.stringOrBytes(this.#signedLength())
      case Op.SHORT_BINBYTES:
        return reader.bytes(reader.uint8())
      case Op.BINBYTES:
        return reader.bytes(reader.uint32())
      case Op.BINBYTES8:
      case Op.BYTEARRAY8:
        return reader.bytes(reader.uint64())

      case Op.EMPTY_TUPLE:
        return { kind: 'tuple', offset, items: [] }
      case Op.TUPLE1:
        return { kind: 'tuple', offset, items: this.#popMany(1) }
      case Op.TUPLE2:
        return { kind: 'tuple', offset, items: this.#popMany(2) }
      case Op.TUPLE3:
        return { kind: 'tuple', offset, items: this.#popMany(3) }
      case Op.TUPLE:
        return { kind: 'tuple', offset, items: this.#popToMark() }
      case Op.EMPTY_LIST:
        return { kind: 'list', offset, items: [] }
      case Op.EMPTY_DICT:
        return { kind: 'dict', offset, entries: [] }
      case Op.EMPTY_SET:
        return { kind: 'set', offset, items: [] }
      case Op.FROZENSET:
        return { kind: 'set', offset, items: this.#popToMark() }
      case Op.APPEND:
        return this.#append([this.#pop()], 'list')
      case Op.APPENDS:
        return this.#append(this.#popToMark(), 'list')
      case Op.ADDITEMS:
        return this.#append(this.#popToMark(), 'set')
      case Op.SETITEM:
        return this.#setItems(this.#popMany(2))
      case Op.SETITEMS:
        return this.#setItems(this.#popToMark())

      case Op.MARK:
        if (this.#marks.length === this.#limits.depth)
          throw reader.corrupt(`over ${this.#limits.depth} open MARKs, the limit`)
        this.#marks.push(this.#stack.length)
        return undefined
      case Op.POP:
        if (this.#stack.length === this.#marks.at(-1)) this.#marks.pop()
        else this.#pop()
        return undefined
      case Op.POP_MARK:
        this.#popToMark()
        return undefined
      case Op.DUP:
        return this.#top()
      case Op.MEMOIZE:
        return this.#put(this.#memo.size)
      case Op.BINPUT:
        return this.#put(reader.uint8())
      case Op.LONG_BINPUT:
        return this.#put(reader.uint32())
      case Op.BINGET:
        return this.#get(reader.uint8())
      case Op.LONG_BINGET:
        return this.#get(reader.uint32())

      case Op.GLOBAL:
        return this.#global(reader.line(), reader.line())
      case Op.STACK_GLOBAL: {
        const [module, name] = this.#popMany(2)
        return this.#global(module, name)
      }
      case Op.BINPERSID:
        return this.#persistent(this.#pop())
      case Op.REDUCE:
      case Op.NEWOBJ: {
        const [callable = null, args] = this.#popMany(2)
        return this.#object(callable, args, null)
      }
      case Op.NEWOBJ_EX: {
        const [callable = null, args, kwargs = null] = this.#popMany(3)
        return this.#object(callable, args, kwargs)
      }
      case Op.BUILD:
        return this.#build(this.#pop())

      case Op.INST:
      case Op.OBJ:
      case Op.EXT1:
      case Op.EXT2:
      case Op.EXT4:
      case Op.PERSID:
      case Op.NEXT_BUFFER:
      case Op.READONLY_BUFFER:
        throw new UnsafePickleError(`opcode ${opcodeName(opcode)} is refused`, { ...this.#at, offset })
      default:
        throw reader.corrupt(`unexpected opcode ${opcodeName(opcode)}`)
    }
  }

  /** Throws unless `count` values lie above the last MARK. */
  #require(count: number): void {
    const available = this.#stack.length - (this.#marks.at(-1) ?? 0)
    if (available < count) throw this.#reader.corrupt(`needs ${count} values, the stack has ${available}`)
  }

  #top(): PickleValue {
    this.#require(1)
    return this.#stack.at(-1) ?? null
  }

  #pop(): PickleValue {
    this.#require(1)
    return this.#stack.pop() ?? null
  }

  #popMany(count: number): PickleValue[] {
    this.#require(count)
    return this.#stack.splice(this.#stack.length - count, count)
  }

  #popToMark(): PickleValue[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw this.#reader.corrupt('needs a MARK, there is none')
    return this.#stack.splice(mark)
  }

  /** LONG4 and BINSTRING have lengths with a sign. */
  #signedLength(): number {
    const length = this.#reader.int32()
    if (length < 0) throw this.#reader.corrupt(`negative length ${length}`)
    return length
  }

  #put(index: number): undefined {
    // Picklers count from 0, and each PUT takes at least a byte.
    if (index > this.#length) throw this.#reader.corrupt(`memo index ${index}, the limit is ${this.#length}`)
    this.#memo.set(index, this.#top())
  }

  #get(index: number): PickleValue {
    const value = this.#memo.get(index)
    if (value === undefined) throw this.#reader.corrupt(`memo has no index ${index}`)
    return value
  }

  #global(module: PickleValue | undefined, name: PickleValue | undefined): PickleGlobal {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.#reader.corrupt('expected module and name to be text')
    }
    const global: PickleGlobal = { kind: 'global', offset: this.#reader.opcodeOffset, module, name }
    this.#globals.push(global)
    return global
  }

  #persistent(id: PickleValue): PicklePersistent {
    const persistent: PicklePersistent = { kind: 'persistent', offset: this.#reader.opcodeOffset, id }
    this.#persistents.push(persistent)
    return persistent
  }

  #object(callable: PickleValue, args: PickleValue | undefined, kwargs: PickleValue): PickleObject {
    if (!isTuple(args))
      throw this.#reader.corrupt(`expected a tuple of arguments, got ${describe(args ?? null)}`)
    const offset = this.#reader.opcodeOffset
    if (!isObject(callable) && classOf(callable) === null) {
      throw new UnsafePickleError(`calls ${describe(callable)}, which is no function or class`, {
        ...this.#at,
        offset,
      })
    }
    return { kind: 'object', offset, callable, args, kwargs, items: [], entries: [], state: undefined }
  }

  #append(values: readonly PickleValue[], kind: 'list' | 'set'): undefined {
    const target = this.#top()
    if (!isRecord(target) || (target.kind !== kind && target.kind !== 'object')) {
      throw this.#reader.corrupt(`expected a ${kind} to add items to, got ${describe(target)}`)
    }
    for (const value of values) target.items.push(value)
  }

  #setItems(entries: readonly PickleValue[]): undefined {
    if (entries.length % 2 !== 0) throw this.#reader.corrupt(`a key without a value: ${entries.length} items`)
    const target = this.#top()
    if (!isRecord(target) || (target.kind !== 'dict' && target.kind !== 'object')) {
      throw this.#reader.corrupt(`expected a dict to set items of, got ${describe(target)}`)
    }
    for (const value of entries) target.entries.push(value)
  }

  #build(state: PickleValue): undefined {
    const target = this.#top()
    if (!isObject(target)) {
      throw new UnsafePickleError(`BUILD of ${describe(target)}, which has no state`, {
        ...this.#at,
        offset: this.#reader.opcodeOffset,
      })
    }
    if (target.state !== undefined) throw this.#reader.corrupt('second BUILD of one object')
    target.state = state
  }
}

function isTuple(value: PickleValue | undefined): value is PickleTuple {
  return value !== undefined && isRecord(value) && value.kind === 'tuple'
}

function isObject(value: PickleValue): value is PickleObject {
  return isRecord(value) && value.kind === 'object'
}
