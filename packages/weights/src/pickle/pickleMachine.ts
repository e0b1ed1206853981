import { type CheckpointLocation, UnsafePickleError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { Op, opcodeName } from './opcodes.ts'
import type { PickleReader } from './pickleReader.ts'
import { PickleStack } from './pickleStack.ts'
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

/** What a pickle describes, and what it refers to. */
export interface Pickle {
  readonly value: PickleValue
  /** Every class and function the pickle names, also those it drops again. */
  readonly globals: readonly PickleGlobal[]
  /** Everything it leaves outside: in PyTorch's files, storages. */
  readonly persistents: readonly PicklePersistent[]
  /** Offset after STOP. */
  readonly end: number
}

/** Runs one pickle. */
export class PickleMachine {
  readonly #reader: PickleReader
  readonly #length: number
  readonly #at: CheckpointLocation
  readonly #limits: Limits
  readonly #stack: PickleStack
  readonly #memo = new Map<number, PickleValue>()
  readonly #globals: PickleGlobal[] = []
  readonly #persistents: PicklePersistent[] = []

  constructor(reader: PickleReader, length: number, at: CheckpointLocation, limits: Limits) {
    this.#limits = limits
    this.#reader = reader
    this.#stack = new PickleStack(reader, limits.depth)
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
    const value = this.#stack.popLast()
    const [globals, persistents] = [this.#globals, this.#persistents]
    return { value, globals, persistents, end: this.#reader.offset }
  }

  /** Does what an opcode asks for; gives the value it pushes, undefined if it pushes none. */
  #step(opcode: number): PickleValue | undefined {
    const reader = this.#reader
    const stack = this.#stack
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
        return { kind: 'tuple', offset, items: stack.popMany(1) }
      case Op.TUPLE2:
        return { kind: 'tuple', offset, items: stack.popMany(2) }
      case Op.TUPLE3:
        return { kind: 'tuple', offset, items: stack.popMany(3) }
      case Op.TUPLE:
        return { kind: 'tuple', offset, items: stack.popToMark() }
      case Op.EMPTY_LIST:
        return { kind: 'list', offset, items: [] }
      case Op.EMPTY_DICT:
        return { kind: 'dict', offset, entries: [] }
      case Op.EMPTY_SET:
        return { kind: 'set', offset, items: [] }
      case Op.FROZENSET:
        return { kind: 'set', offset, items: stack.popToMark() }
      case Op.APPEND:
        return this.#append([stack.pop()], 'list')
      case Op.APPENDS:
        return this.#append(stack.popToMark(), 'list')
      case Op.ADDITEMS:
        return this.#append(stack.popToMark(), 'set')
      case Op.SETITEM:
        return this.#setItems(stack.popMany(2))
      case Op.SETITEMS:
        return this.#setItems(stack.popToMark())

      case Op.MARK:
        return stack.mark()
      case Op.POP:
        return stack.drop()
      case Op.POP_MARK:
        stack.popToMark()
        return undefined
      case Op.DUP:
        return stack.top()
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
        const [module, name] = stack.popMany(2)
        return this.#global(module, name)
      }
      case Op.BINPERSID:
        return this.#persistent(stack.pop())
      case Op.REDUCE:
      case Op.NEWOBJ: {
        const [callable = null, args] = stack.popMany(2)
        return this.#object(callable, args, null)
      }
      case Op.NEWOBJ_EX: {
        const [callable = null, args, kwargs = null] = stack.popMany(3)
        return this.#object(callable, args, kwargs)
      }
      case Op.BUILD:
        return this.#build(stack.pop())

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

  /** LONG4 and BINSTRING have lengths with a sign. */
  #signedLength(): number {
    const length = this.#reader.int32()
    if (length < 0) throw this.#reader.corrupt(`negative length ${length}`)
    return length
  }

  #put(index: number): undefined {
    // Picklers count from 0, and each PUT takes at least a byte.
    if (index > this.#length) throw this.#reader.corrupt(`memo index ${index}, the limit is ${this.#length}`)
    this.#memo.set(index, this.#stack.top())
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
    const target = this.#stack.top()
    if (!isRecord(target) || (target.kind !== kind && target.kind !== 'object')) {
      throw this.#reader.corrupt(`expected a ${kind} to add items to, got ${describe(target)}`)
    }
    for (const value of values) target.items.push(value)
  }

  #setItems(entries: readonly PickleValue[]): undefined {
    if (entries.length % 2 !== 0) throw this.#reader.corrupt(`a key without a value: ${entries.length} items`)
    const target = this.#stack.top()
    if (!isRecord(target) || (target.kind !== 'dict' && target.kind !== 'object')) {
      throw this.#reader.corrupt(`expected a dict to set items of, got ${describe(target)}`)
    }
    for (const value of entries) target.entries.push(value)
  }

  #build(state: PickleValue): undefined {
    const target = this.#stack.top()
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
