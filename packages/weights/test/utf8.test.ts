import { seededBits } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, latin1, lossyUtf8, strictUtf8 } from '../src/utf8.ts'
import { concat } from './support/bytes.ts'

// Audio worklets have no TextDecoder. Its replacement must do the same for all inputs.

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lossy = new TextDecoder('utf-8', { ignoreBOM: true })

function attempt(decode: () => string): string | null {
  try {
    return decode()
  } catch {
    return null
  }
}

function expectSame(bytes: Uint8Array): void {
  const got = [attempt(() => decodeUtf8(bytes, true)), decodeUtf8(bytes, false)]
  const want = [attempt(() => strict.decode(bytes)), lossy.decode(bytes)]
  if (got[0] !== want[0] || got[1] !== want[1]) expect([[...bytes], ...got]).toEqual([[...bytes], ...want])
}

describe('the own decoder of UTF-8 does what TextDecoder does', () => {
  it('with what may stand first, any byte after it, and what may follow', () => {
    // The first and last byte of each range in the standard.
    const edges = '00 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 e1 ec ed ee ef f0 f1 f3 f4 f5 ff'
    const bytes = edges.split(' ').map((hex) => Number.parseInt(hex, 16))
    for (const first of bytes) {
      expectSame(Uint8Array.of(first))
      for (let second = 0; second < 256; second++) {
        expectSame(Uint8Array.of(first, second))
        for (const third of [0x41, 0x80, 0xc2]) expectSame(Uint8Array.of(first, second, third, 0x80))
      }
    }
  })

  it('with 20,000 mixtures of text and noise', () => {
    const random = seededBits(1)
    const characters = [
      'a',
      'é',
      '€',
      '漢',
      '\u{1f600}',
      '\u{10ffff}',
      '\ufeff',
      '\ufffd',
      '\0',
      '\ud7ff',
      '\ue000',
    ]
    const encoder = new TextEncoder()
    const parts = characters.map((character) => encoder.encode(character))
    for (let round = 0; round < 20_000; round++) {
      const pieces = Array.from({ length: random() % 8 }, () => {
        const part = parts[random() % parts.length] ?? new Uint8Array(0)
        const noise = random() % 4
        if (noise === 0) return part.subarray(0, random() % (part.length + 1))
        return noise === 1 ? Uint8Array.of(random() % 256) : part
      })
      expectSame(concat(pieces))
    }
  })

  it('with text longer than one piece', () => {
    const text = 'x€\u{1f600}'.repeat(20_000)
    expect(decodeUtf8(new TextEncoder().encode(text), true)).toBe(text)
  })
})

describe('text', () => {
  it('keeps a mark at its start, and is refused or mended where it is broken', () => {
    const marked = Uint8Array.of(0xef, 0xbb, 0xbf, 0x41)
    expect([strictUtf8.decode(marked), lossyUtf8.decode(marked)]).toEqual(['\ufeffA', '\ufeffA'])
    expect(() => strictUtf8.decode(Uint8Array.of(0xff))).toThrow(TypeError)
    expect(lossyUtf8.decode(Uint8Array.of(0xff))).toBe('\ufffd')
  })

  it('of one byte a character has every byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect(Array.from(latin1.decode(bytes), (char) => char.charCodeAt(0))).toEqual([...bytes])
  })
})
