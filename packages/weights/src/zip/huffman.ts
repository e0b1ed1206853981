/** Reads the bits of a deflate stream, each byte from its lowest bit up. */
export class BitReader {
  readonly #bytes: Uint8Array<ArrayBuffer>
  #at = 0
  #held = 0
  #count = 0

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes
  }

  /** True if no whole byte is left. */
  get ended(): boolean {
    return this.#at === this.#bytes.length
  }

  /** @throws RangeError if there are no more */
  bits(count: number): number {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new RangeError('data ends too early')
      this.#held |= byte << this.#count
      this.#count += 8
    }
    const value = this.#held & ((1 << count) - 1)
    this.#held >>>= count
    this.#count -= count
    return value
  }

  /** Bytes, from the next whole byte on. */
  take(length: number): Uint8Array<ArrayBuffer> {
    this.#held = 0
    this.#count = 0
    if (length > this.#bytes.length - this.#at) throw new RangeError('data ends too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}

/** Bits of the longest code. */
const longest = 15

/** Canonical Huffman codes: symbols sorted by their codes, and how many codes there are of each length. */
export class Huffman {
  readonly #counts: number[] = new Array<number>(longest + 1).fill(0)
  readonly #symbols: number[] = []

  /**
   * @param lengths the bits of each symbol's code; 0 for a symbol without one
   * @param partial whether a single code of one bit, or no code at all, is allowed
   * @throws RangeError if no code has these lengths
   */
  constructor(lengths: readonly number[], partial: boolean) {
    for (let length = 1; length <= longest; length++) {
      for (const [symbol, own] of lengths.entries()) if (own === length) this.#symbols.push(symbol)
    }
    for (const length of lengths) if (length > 0) this.#counts[length] = (this.#counts[length] ?? 0) + 1
    // How many codes of the greatest length are not used.
    let free = 1
    for (let length = 1; length <= longest; length++) free = 2 * free - (this.#counts[length] ?? 0)
    const few = partial && this.#symbols.length <= 1 && this.#counts[1] === this.#symbols.length
    if (free !== 0 && !few) throw new RangeError('code lengths that make no code')
  }

  /** The next symbol. Codes are read from their highest bit down. */
  read(input: BitReader): number {
    let [code, first, index] = [0, 0, 0]
    for (let length = 1; length <= longest; length++) {
      code |= input.bits(1)
      const count = this.#counts[length] ?? 0
      if (code - first < count) return this.#symbols[index + code - first] ?? 0
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw new RangeError('bits that are no code')
  }
}
