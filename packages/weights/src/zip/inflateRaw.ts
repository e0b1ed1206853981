import type { Bytes } from '../source/source.ts'
import { BitReader, Huffman } from './huffman.ts'

/**
 * Inflates raw deflate data (RFC 1951) where the platform has no DecompressionStream, as in audio worklets.
 *
 * The data are blocks: a bit (this is the last), two bits (their type), and bytes or Huffman codes.
 * @param size the expected bytes. If there are more, one more is returned, so that the caller sees it.
 * @throws RangeError if the data is broken, ends too early, or does not end
 */
export function inflateRaw(compressed: Bytes, size: number): Bytes {
  const input = new BitReader(compressed)
  const output = new Output(size + 1)
  let last = false
  while (!last && !output.full) {
    last = input.bits(1) === 1
    const type = input.bits(2)
    if (type === 0) copyStored(input, output)
    else if (type === 1) inflateBlock(input, output, fixedCodes())
    else if (type === 2) inflateBlock(input, output, readCodes(input))
    else throw new RangeError('block of an unknown type')
  }
  if (last && !output.full && !input.ended) throw new RangeError('data goes on after its end')
  return output.bytes
}

/** Grows with the output, up to `most` bytes. What comes after that is dropped. */
class Output {
  readonly #most: number
  #bytes: Bytes = new Uint8Array(1024)
  #length = 0

  constructor(most: number) {
    this.#most = most
  }

  get full(): boolean {
    return this.#length === this.#most
  }

  get bytes(): Bytes {
    return this.#bytes.slice(0, this.#length)
  }

  append(bytes: Bytes): void {
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes.subarray(0, this.#length - at), at)
  }

  byte(value: number): void {
    const at = this.#reserve(1)
    if (at < this.#length) this.#bytes[at] = value
  }

  /** Repeats bytes from `distance` back. They may overlap with the bytes that are written. */
  repeat(distance: number, length: number): void {
    const at = this.#reserve(length)
    if (distance > at) throw new RangeError('distance beyond the start')
    for (let i = at; i < this.#length; i++) this.#bytes[i] = this.#bytes[i - distance] ?? 0
  }

  /** Makes room, up to the limit, and returns where it starts. */
  #reserve(length: number): number {
    const at = this.#length
    this.#length = Math.min(at + length, this.#most)
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    return at
  }
}

/** A stored block: from a whole byte on, the number of bytes, its complement, and the bytes. */
function copyStored(input: BitReader, output: Output): void {
  const [a = 0, b = 0, c = 0, d = 0] = input.take(4)
  const length = a | (b << 8)
  if ((length ^ 0xffff) !== (c | (d << 8))) throw new RangeError('stored block of an unsure length')
  output.append(input.take(length))
}

interface Codes {
  /** 0 to 255 are bytes, 256 ends the block, 257 to 285 are lengths of repeats. */
  readonly literals: Huffman
  readonly distances: Huffman
}

const endOfBlock = 256

function inflateBlock(input: BitReader, output: Output, { literals, distances }: Codes): void {
  while (!output.full) {
    const symbol = literals.read(input)
    if (symbol === endOfBlock) return
    if (symbol < endOfBlock) {
      output.byte(symbol)
      continue
    }
    const length = spanOf(input, lengthSpans, symbol - 257)
    output.repeat(spanOf(input, distanceSpans, distances.read(input)), length)
  }
}

/** A symbol stands for a range of numbers from `base` on. Extra bits choose one of them. */
interface Span {
  readonly base: number
  readonly extraBits: number
}

/** 3, 4, ... 10, then spans of 2, 4, ... 32, four of each; the last symbol is 258 alone. */
const lengthSpans: readonly Span[] = [...spans(3, 28, 4).slice(0, 28), { base: 258, extraBits: 0 }]
/** 1, 2, 3, 4, then spans of 2, 4, ... 8192, two of each. */
const distanceSpans: readonly Span[] = spans(1, 30, 2)

/** Ranges: `each` of every size, and twice as many of size one. */
function spans(start: number, count: number, each: number): Span[] {
  let base = start
  return Array.from({ length: count }, (_, i) => {
    const extraBits = Math.max(0, Math.floor(i / each) - 1)
    const span = { base, extraBits }
    base += 2 ** extraBits
    return span
  })
}

function spanOf(input: BitReader, spans: readonly Span[], symbol: number): number {
  const span = spans[symbol]
  if (span === undefined) throw new RangeError('symbol that has no meaning')
  return span.base + input.bits(span.extraBits)
}

let fixed: Codes | undefined

/** The codes of blocks without codes of their own. */
function fixedCodes(): Codes {
  fixed ??= {
    literals: new Huffman(
      Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
      false,
    ),
    distances: new Huffman(new Array<number>(32).fill(5), false),
  }
  return fixed
}

/** The order in which a block gives the lengths of the codes for lengths. */
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** Reads a block's own codes. Their lengths are Huffman-coded themselves; 16 to 18 are repeats. */
function readCodes(input: BitReader): Codes {
  const literalCount = input.bits(5) + 257
  const distanceCount = input.bits(5) + 1
  if (literalCount > 286 || distanceCount > 30) throw new RangeError('more codes than there are')
  const ownCount = input.bits(4) + 4
  const own = new Array<number>(19).fill(0)
  for (const symbol of lengthOrder.slice(0, ownCount)) own[symbol] = input.bits(3)
  const codes = new Huffman(own, false)

  const lengths: number[] = []
  while (lengths.length < literalCount + distanceCount) {
    const symbol = codes.read(input)
    if (symbol < 16) lengths.push(symbol)
    else {
      const repeated = symbol === 16 ? lengths.at(-1) : 0
      if (repeated === undefined) throw new RangeError('repeat of nothing')
      const times = symbol === 16 ? 3 + input.bits(2) : symbol === 17 ? 3 + input.bits(3) : 11 + input.bits(7)
      for (let i = 0; i < times; i++) lengths.push(repeated)
    }
  }
  if (lengths.length > literalCount + distanceCount) throw new RangeError('more lengths than codes')
  if (lengths[endOfBlock] === 0) throw new RangeError('block that cannot end')
  return {
    literals: new Huffman(lengths.slice(0, literalCount), true),
    distances: new Huffman(lengths.slice(literalCount), true),
  }
}
