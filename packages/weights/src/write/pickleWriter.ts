import { Op } from '../pickle/opcodes.ts'
import { encodeUtf8 } from '../utf8.ts'
import { ByteWriter } from './byteWriter.ts'

/**
 * Writes pickles of protocol 2, with the opcodes that PyTorch's `weights_only` reader takes. Each method pushes one value on the
 * stack, unless it says otherwise.
 */
export class PickleWriter {
  readonly #out = new ByteWriter().uint8(Op.PROTO).uint8(2)
  #memoSize = 0

  /** The pickle, ended. */
  finish(): Uint8Array {
    return this.#out.uint8(Op.STOP).bytes
  }

  none(): void {
    this.#out.uint8(Op.NONE)
  }

  bool(value: boolean): void {
    this.#out.uint8(value ? Op.NEWTRUE : Op.NEWFALSE)
  }

  int(value: number | bigint): void {
    const number = Number(value)
    if (number === (number | 0)) {
      this.#out.uint8(Op.BININT).uint32(number)
      return
    }
    const bytes = twosComplement(BigInt(value))
    if (bytes.length < 256) this.#out.uint8(Op.LONG1).uint8(bytes.length)
    else this.#out.uint8(Op.LONG4).uint32(bytes.length)
    this.#out.append(bytes)
  }

  float(value: number): void {
    this.#out.uint8(Op.BINFLOAT).float64(value)
  }

  text(value: string): void {
    const bytes = encodeUtf8(value)
    this.#out.uint8(Op.BINUNICODE).uint32(bytes.length).append(bytes)
  }

  global(module: string, name: string): void {
    this.#out.uint8(Op.GLOBAL).ascii(`${module}\n${name}\n`)
  }

  tuple(items: () => void): void {
    this.#out.uint8(Op.MARK)
    items()
    this.#out.uint8(Op.TUPLE)
  }

  /** `module.name(*args)` */
  call(module: string, name: string, args: () => void): void {
    this.global(module, name)
    this.tuple(args)
    this.#out.uint8(Op.REDUCE)
  }

  persistent(id: () => void): void {
    this.tuple(id)
    this.#out.uint8(Op.BINPERSID)
  }

  list(): void {
    this.#out.uint8(Op.EMPTY_LIST)
  }

  dict(): void {
    this.#out.uint8(Op.EMPTY_DICT)
  }

  /** Adds items to the list on the stack, which stays there. */
  appends(items: () => void): void {
    this.#out.uint8(Op.MARK)
    items()
    this.#out.uint8(Op.APPENDS)
  }

  /** Sets keys and values, in turns, of the dict on the stack, which stays there. */
  setItems(entries: () => void): void {
    this.#out.uint8(Op.MARK)
    entries()
    this.#out.uint8(Op.SETITEMS)
  }

  /** Gives the value on the stack a number, by which {@link get} pushes it again. */
  put(): number {
    this.#out.uint8(Op.LONG_BINPUT).uint32(this.#memoSize)
    return this.#memoSize++
  }

  get(index: number): void {
    this.#out.uint8(Op.LONG_BINGET).uint32(index)
  }
}

/** Little-endian, in as few bytes as hold the number and its sign. */
function twosComplement(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push(Number(rest & 0xffn))
    rest >>= 8n
  } while (!(rest === 0n && (bytes.at(-1) ?? 0) < 0x80) && !(rest === -1n && (bytes.at(-1) ?? 0) >= 0x80))
  return Uint8Array.from(bytes)
}
