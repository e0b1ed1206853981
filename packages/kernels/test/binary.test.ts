import { seeded } from '@unroll/testing'
import { expect, it } from 'vitest'
import { decodeBase64 } from '../src/wasm/binary.ts'

it('joins the bytes of texts of every length', () => {
  const random = seeded(1)
  const parts = Array.from({ length: 70 }, (_, length) =>
    Uint8Array.from({ length }, () => Math.floor(random() * 256)),
  )
  const texts = parts.map((bytes) => btoa(String.fromCharCode(...bytes)))
  expect([...decodeBase64(texts)]).toEqual(parts.flatMap((bytes) => [...bytes]))
})
