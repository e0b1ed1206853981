/**
 * Reads which instructions the innermost loops of a WebAssembly binary hold: enough of a decoder to walk over a code
 * section, https://webassembly.github.io/spec/core/binary/instructions.html, written for what our compiler emits.
 */

/** An innermost loop: how often each instruction of interest stands in it. */
export type LoopCounts = Readonly<Record<string, number>>

/**
 * The innermost loops that multiply vectors, in the order of the binary.
 * @throws RangeError where an instruction is not one that this decoder knows
 */
export function vectorLoops(binary: Uint8Array): LoopCounts[] {
  return functionBodies(binary)
    .flatMap(innermostLoops)
    .filter((counts) => Object.keys(counts).some(multiplies))
}

function multiplies(name: string): boolean {
  return /relaxed_madd|\.mul$/.test(name)
}

/** Code of every function, without its locals. */
function functionBodies(binary: Uint8Array): Reader[] {
  const reader = new Reader(binary, 8)
  while (!reader.atEnd) {
    const id = reader.byte()
    const size = reader.leb()
    if (id === 10) {
      return Array.from({ length: reader.leb() }, () => {
        const body = reader.part(reader.leb())
        for (let groups = body.leb(); groups > 0; groups--) {
          body.leb()
          body.byte()
        }
        return body
      })
    }
    reader.part(size)
  }
  throw new RangeError('functionBodies: expected a code section')
}

interface Block {
  readonly counts: Record<string, number>
  readonly isLoop: boolean
  /** Holds no loop. */
  innermost: boolean
}

function innermostLoops(body: Reader): LoopCounts[] {
  const found: LoopCounts[] = []
  const open: Block[] = [{ counts: {}, isLoop: false, innermost: true }]
  while (!body.atEnd) {
    const name = instruction(body)
    if (name === 'block' || name === 'loop') {
      if (name === 'loop') for (const outer of open) outer.innermost = false
      open.push({ counts: {}, isLoop: name === 'loop', innermost: true })
    } else if (name === 'end') {
      const block = open.pop()
      if (block?.isLoop && block.innermost) found.push(block.counts)
      // A block within a loop is part of it.
      if (block && !block.isLoop)
        for (const [key, count] of Object.entries(block.counts)) add(open.at(-1), key, count)
    } else if (name !== '') add(open.at(-1), name, 1)
  }
  return found
}

function add(block: Block | undefined, name: string, count: number): void {
  if (block) block.counts[name] = (block.counts[name] ?? 0) + count
}

/** Reads one instruction with what belongs to it; its name where it matters, else nothing. */
function instruction(body: Reader): string {
  const code = body.byte()
  if (code === 0x0b) return 'end'
  if (code >= 0x02 && code <= 0x04) {
    body.leb()
    return code === 0x03 ? 'loop' : 'block'
  }
  if (code === 0x0e) {
    for (let targets = body.leb(); targets >= 0; targets--) body.leb()
  } else if (code === 0x10) {
    body.leb()
    return 'call'
  } else if (code === 0x11 || (code >= 0x28 && code <= 0x3e)) {
    body.leb()
    body.leb()
    if (code >= 0x36) return 'store'
    return code >= 0x28 ? 'load' : 'call'
  } else if (
    code === 0x0c ||
    code === 0x0d ||
    (code >= 0x20 && code <= 0x24) ||
    (code >= 0x3f && code <= 0x42)
  ) {
    body.leb()
  } else if (code === 0x43) body.part(4)
  else if (code === 0x44) body.part(8)
  else if (code === 0xfc) return bulk(body)
  else if (code === 0xfd) return vector(body)
  else if (code === 0xfe) return atomic(body)
  else if (
    !(
      code <= 0x01 ||
      code === 0x05 ||
      code === 0x0f ||
      code === 0x1a ||
      code === 0x1b ||
      (code >= 0x45 && code <= 0xc4)
    )
  ) {
    throw new RangeError(`instruction: expected a known one, got 0x${code.toString(16)}`)
  }
  return ''
}

/** Saturating conversions and bulk memory. */
function bulk(body: Reader): string {
  const code = body.leb()
  if (code > 11) throw new RangeError(`instruction: expected a known one, got 0xfc ${code}`)
  const immediates = [8, 10].includes(code) ? 2 : [9, 11].includes(code) ? 1 : 0
  for (let i = 0; i < immediates; i++) body.leb()
  return ''
}

/** Loads, stores and exchanges that threads see whole; a fence has no address. */
function atomic(body: Reader): string {
  const code = body.leb()
  if (code > 0x4e) throw new RangeError(`instruction: expected a known one, got 0xfe ${code}`)
  body.leb()
  if (code !== 0x03) body.leb()
  return ''
}

function vector(body: Reader): string {
  const code = body.leb()
  if (code <= 11 || code === 92 || code === 93) {
    body.leb()
    body.leb()
  } else if (code === 12 || code === 13) body.part(16)
  else if (code >= 21 && code <= 34) body.byte()
  else if (code >= 84 && code <= 91) {
    body.leb()
    body.leb()
    body.byte()
  }
  return vectorNames[code] ?? 'other vector'
}

/** By number, those that tell how a kernel is built; the rest is counted together. */
const vectorNames: Readonly<Record<number, string>> = {
  0: 'v128.load',
  9: 'v128.load32_splat',
  10: 'v128.load64_splat',
  11: 'v128.store',
  228: 'f32x4.add',
  230: 'f32x4.mul',
  231: 'f32x4.div',
  240: 'f64x2.add',
  242: 'f64x2.mul',
  243: 'f64x2.div',
  261: 'f32x4.relaxed_madd',
  262: 'f32x4.relaxed_nmadd',
  263: 'f64x2.relaxed_madd',
  264: 'f64x2.relaxed_nmadd',
}

class Reader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new RangeError('Reader.byte: expected more bytes')
    return byte
  }

  /** An unsigned LEB128 number; of a signed one only the length is right. */
  leb(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  /** The next `length` bytes. */
  part(length: number): Reader {
    const part = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return new Reader(part)
  }
}
