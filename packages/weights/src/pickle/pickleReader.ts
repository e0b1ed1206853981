import { type CheckpointLocation, CorruptCheckpointError, quote, UnsafePickleError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { Bytes } from '../source/source.ts'
import { strictUtf8 } from '../utf8.ts'

/** Reads a pickle's bytes. Every length is compared with the bytes that are left before it is used. */
export class PickleReader {
  /** The offset of the opcode being read, for errors. */
  opcodeOffset: number
  readonly #bytes: Bytes
  readonly #view: DataView
  readonly #at: CheckpointLocation
  readonly #limits: Limits
  readonly #base: number
  #offset = 0
  /** How many bytes were missing where the pickle ended too early; 0 if it did not. */
  needed = 0

  /** @param base the offset of the first byte in the record */
  constructor(bytes: Bytes, base: number, at: CheckpointLocation, limits: Limits) {
    this.#base = base
    this.#limits = limits
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = at
    this.opcodeOffset = base
  }

  get offset(): number {
    return this.#base + this.#offset
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  /** An error at the current opcode. */
  corrupt(what: string): CorruptCheckpointError {
    return new CorruptCheckpointError(what, { ...this.#at, offset: this.opcodeOffset })
  }

  /** A refusal at the current opcode. */
  unsafe(what: string): UnsafePickleError {
    return new UnsafePickleError(what, { ...this.#at, offset: this.opcodeOffset })
  }

  /** An error for a pickle that ends too early: `length` bytes are needed from here on. */
  tooShort(length: number, what: string): CorruptCheckpointError {
    this.needed = this.#offset + length
    return this.corrupt(what)
  }

  opcode(): number {
    this.opcodeOffset = this.offset
    if (this.remaining === 0) throw this.tooShort(1, 'pickle ends without STOP')
    return this.uint8()
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  /** A length or size. Only those beyond 2^53 are inexact, and every check refuses those. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true))
  }

  /** Big-endian, unlike everything else in a pickle. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8))
  }

  /** A view, not a copy. */
  bytes(length: number): Bytes {
    const start = this.#advance(length)
    return this.#bytes.subarray(start, start + length)
  }

  string(length: number): string {
    return this.#decode(this.bytes(length))
  }

  /** Python 2's str: text where it is UTF-8, else bytes. */
  stringOrBytes(bytes: Bytes): string | Bytes {
    try {
      return strictUtf8.decode(bytes)
    } catch {
      return bytes
    }
  }

  /** Text up to a newline. */
  line(): string {
    return this.#decode(this.lineBytes())
  }

  /** The bytes before the next newline. The newline is skipped. */
  lineBytes(): Bytes {
    const end = this.#bytes.indexOf(0x0a, this.#offset)
    if (end < 0) throw this.tooShort(this.remaining + 1, 'line runs past the end of the pickle')
    const line = this.bytes(end - this.#offset)
    this.#advance(1)
    return line
  }

  /** Two's complement, little-endian, as a number where that is exact. */
  integer(length: number): number | bigint {
    const limits = this.#limits
    if (length > limits.pickleIntegerBytes) {
      throw this.corrupt(`integer of ${length} bytes, the limit is ${limits.pickleIntegerBytes}`)
    }
    const bytes = this.bytes(length)
    if (length === 0) return 0
    let hex = '0x'
    for (let i = length - 1; i >= 0; i--) hex += (bytes[i] ?? 0).toString(16).padStart(2, '0')
    return exact(BigInt.asIntN(8 * length, BigInt(hex)))
  }

  /** Digits and a sign, as protocols 0 and 1 write whole numbers; `L` may follow. */
  decimal(text: string): number | bigint {
    const digits = /^([+-]?\d+)L?$/.exec(text)?.[1]
    if (digits === undefined) throw this.corrupt(`expected a whole number, got ${quote(text)}`)
    // A byte takes log10(256) digits.
    const limit = Math.ceil(this.#limits.pickleIntegerBytes * 2.41)
    if (digits.length > limit) throw this.corrupt(`integer of ${digits.length} digits, the limit is ${limit}`)
    return exact(BigInt(digits.replace(/^\+/, '')))
  }

  #decode(bytes: Bytes): string {
    try {
      return strictUtf8.decode(bytes)
    } catch {
      throw this.corrupt('text is not UTF-8')
    }
  }

  /** Skips `length` bytes and returns where they start. */
  #advance(length: number): number {
    if (length > this.remaining) {
      throw this.tooShort(length, `needs ${length} bytes, the pickle has ${this.remaining} left`)
    }
    const start = this.#offset
    this.#offset += length
    return start
  }
}

/** As a number where that is exact. */
function exact(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
