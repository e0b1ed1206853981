import { seeded } from '@unroll/testing'
import { expect, it } from 'vitest'
import { decodeHex } from '../src/wasm/binary.ts'

it('joins the bytes of texts of every length', () => {
  const random = seeded(1)
  const parts = Array.from({ length: 70 }, (_, length) =>
    Uint8Array.from({ length }, () => Math.floor(random() * 256)),
  )
  const texts = parts.map((bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''))
  expect([...decodeHex(texts)]).toEqual(parts.flatMap((bytes) => [...bytes]))
})
