import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { seededBits } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { inflateRaw } from '../src/zip/inflateRaw.ts'
import { concat, latin1 } from './support/bytes.ts'

// Audio worklets have no DecompressionStream. Its replacement must accept what zlib accepts, and refuse what zlib refuses.

const random = seededBits(7)
const noise = Uint8Array.from({ length: 5000 }, () => random() % 256)
const inputs: readonly [string, Uint8Array][] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(7)],
  ['zeros', new Uint8Array(100_000)],
  ['noise', noise],
  ['text', latin1('class Name(Module):\n  __parameters__ = ["weight", ]\n'.repeat(400))],
  ['few symbols', noise.map((byte) => byte % 3)],
  ['far repeats', concat([noise.subarray(0, 258), new Uint8Array(32_000), noise.subarray(0, 258)])],
  ['much text', latin1(Array.from({ length: 40_000 }, () => 'aeiou nrst'[random() % 10]).join(''))],
]

/** The output of zlib; null if it refuses the input, also because of bytes after the end. */
function zlib(bytes: Uint8Array): Uint8Array | null {
  try {
    const { buffer, engine } = inflateRawSync(bytes, { info: true }) as unknown as {
      buffer: Uint8Array
      engine: { bytesWritten: number }
    }
    return engine.bytesWritten === bytes.length ? buffer : null
  } catch {
    return null
  }
}

function own(bytes: Uint8Array, size: number): Uint8Array | null {
  try {
    return inflateRaw(Uint8Array.from(bytes), size)
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
    return null
  }
}

describe('the own inflate', () => {
  it.each(inputs)('gives %s again, whatever blocks it was deflated in', (_, bytes) => {
    for (const level of [0, 1, 6, 9]) {
      for (const strategy of [
        constants.Z_DEFAULT_STRATEGY,
        constants.Z_HUFFMAN_ONLY,
        constants.Z_FIXED,
        constants.Z_RLE,
      ]) {
        const deflated = deflateRawSync(bytes, { level, strategy })
        const inflated = inflateRaw(Uint8Array.from(deflated), bytes.length)
        expect(Buffer.compare(inflated, bytes)).toBe(0)
      }
    }
  })

  it('gives one byte more than asked for where there are more', () => {
    const deflated = Uint8Array.from(deflateRawSync(new Uint8Array(1000)))
    expect([inflateRaw(deflated, 999).length, inflateRaw(deflated, 0).length]).toEqual([1000, 1])
    expect(inflateRaw(deflated, 2000).length).toBe(1000)
  })

  it('takes 4000 damaged streams as zlib does', () => {
    const seeds = inputs.flatMap(([, bytes]) =>
      [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY].map((strategy) =>
        deflateRawSync(bytes.subarray(0, 400), { level: 9, strategy }),
      ),
    )
    let accepted = 0
    for (let round = 0; round < 4000; round++) {
      const seed = seeds[random() % seeds.length] ?? new Uint8Array(0)
      const mutant = Uint8Array.from(seed)
      for (let i = random() % 3; i >= 0; i--) mutant[random() % Math.min(mutant.length, 40)] = random() % 256
      const bytes = random() % 5 === 0 ? mutant.subarray(0, random() % mutant.length) : mutant
      const [got, want] = [own(bytes, 1e6), zlib(bytes)]
      if (want !== null) accepted++
      if (got === null || want === null ? got !== want : Buffer.compare(got, want) !== 0) {
        expect([round, [...bytes], got]).toEqual([round, [...bytes], want])
      }
    }
    expect(accepted).toBeGreaterThan(200)
  })
})
