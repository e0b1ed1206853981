import type { Limits } from '../limits.ts'
import { Op, opcodeName } from './opcodes.ts'
import { append, build, makeObject, pairs, setItems } from './pickleChanges.ts'
import type { PickleReader } from './pickleReader.ts'
import { PickleStack } from './pickleStack.ts'
import { textFloat, textIndex, textInteger, textString, textUnicode } from './textOpcodes.ts'
import {
  isRecord,
  type PickleGlobal,
  type PickleObject,
  type PicklePersistent,
  type PickleValue,
} from './values.ts'

/** What a pickle describes, and what it refers to. */
export interface Pickle {
  readonly value: PickleValue
  /** Every class and function the pickle names, also those it drops again. */
  readonly globals: readonly PickleGlobal[]
  /** Everything that it keeps outside: in PyTorch's files, storages. */
  readonly persistents: readonly PicklePersistent[]
  /** Calls that read a storage from bytes. Storages are pickled like this without torch.save. */
  readonly loads: readonly PickleObject[]
  /** Offset after STOP. */
  readonly end: number
}

/** Runs one pickle. */
export class PickleMachine {
  readonly #reader: PickleReader
  readonly #length: number
  readonly #limits: Limits
  readonly #stack: PickleStack
  readonly #memo = new Map<number, PickleValue>()
  readonly #globals: PickleGlobal[] = []
  readonly #persistents: PicklePersistent[] = []
  readonly #loads: PickleObject[] = []

  constructor(reader: PickleReader, length: number, limits: Limits) {
    this.#limits = limits
    this.#reader = reader
    this.#stack = new PickleStack(reader, limits.depth)
    this.#length = length
  }

  run(): Pickle {
    const reader = this.#reader
    for (let count = 0; ; count++) {
      const opcode = reader.opcode()
      if (opcode === Op.STOP) return this.#stop()
      if (count === this.#limits.pickleOpcodes)
        throw reader.corrupt(`over ${this.#limits.pickleOpcodes} opcodes, the limit`)
      // Protocols 0 and 1 have no PROTO opcode.
      const made = opcode === Op.PROTO && count === 0 ? this.#protocol() : this.#step(opcode)
      if (made !== undefined) this.#stack.push(made)
    }
  }

  #protocol(): undefined {
    const protocol = this.#reader.uint8()
    if (protocol > 5) throw this.#reader.corrupt(`expected pickle protocol 0 to 5, got ${protocol}`)
  }

  #stop(): Pickle {
    const value = this.#stack.popLast()
    const [globals, persistents, loads] = [this.#globals, this.#persistents, this.#loads]
    return { value, globals, persistents, loads, end: this.#reader.offset }
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
        return reader.stringOrBytes(reader.bytes(reader.uint8()))
      case Op.BINSTRING:
        return reader.stringOrBytes(reader.bytes(this.#signedLength()))
      case Op.SHORT_BINBYTES:
        return reader.bytes(reader.uint8())
      case Op.BINBYTES:
        return reader.bytes(reader.uint32())
      case Op.BINBYTES8:
      case Op.BYTEARRAY8:
        return reader.bytes(reader.uint64())
      case Op.INT:
        return textInteger(reader)
      case Op.LONG:
        return reader.decimal(reader.line())
      case Op.FLOAT:
        return textFloat(reader)
      case Op.STRING:
        return textString(reader)
      case Op.UNICODE:
        return textUnicode(reader)

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
      case Op.LIST:
        return { kind: 'list', offset, items: stack.popToMark() }
      case Op.EMPTY_DICT:
        return { kind: 'dict', offset, entries: [] }
      case Op.DICT:
        return { kind: 'dict', offset, entries: pairs(reader, stack.popToMark()) }
      case Op.EMPTY_SET:
        return { kind: 'set', offset, items: [] }
      case Op.FROZENSET:
        return { kind: 'set', offset, items: stack.popToMark() }
      case Op.APPEND:
        return append(reader, [stack.pop()], stack.top(), 'list')
      case Op.APPENDS:
        return append(reader, stack.popToMark(), stack.top(), 'list')
      case Op.ADDITEMS:
        return append(reader, stack.popToMark(), stack.top(), 'set')
      case Op.SETITEM:
        return setItems(reader, stack.popMany(2), stack.top())
      case Op.SETITEMS:
        return setItems(reader, stack.popToMark(), stack.top())

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
      case Op.PUT:
        return this.#put(textIndex(reader))
      case Op.BINGET:
        return this.#get(reader.uint8())
      case Op.LONG_BINGET:
        return this.#get(reader.uint32())
      case Op.GET:
        return this.#get(textIndex(reader))

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
        return build(reader, stack.pop(), stack.top())

      case Op.INST:
      case Op.OBJ:
      case Op.EXT1:
      case Op.EXT2:
      case Op.EXT4:
      case Op.NEXT_BUFFER:
      case Op.READONLY_BUFFER:
        throw reader.unsafe(`opcode ${opcodeName(opcode)} is refused`)
      case Op.PERSID:
        throw reader.unsafe(
          'opcode PERSID is refused: protocol 0 writes the ids of storages as text, which torch.load refuses too; ' +
            'save with protocol 2',
        )
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
    const object = makeObject(this.#reader, callable, args, kwargs)
    if (isLoad(object)) this.#loads.push(object)
    return object
  }
}

/** True for a call of `torch.storage._load_from_bytes`. */
function isLoad({ callable }: PickleObject): boolean {
  if (!isRecord(callable) || callable.kind !== 'global') return false
  return callable.module === 'torch.storage' && callable.name === '_load_from_bytes'
}
