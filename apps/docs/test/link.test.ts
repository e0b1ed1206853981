import { expect, it } from 'vitest'
import { decodeCode, encodeCode } from '../src/live/link.ts'

it.each(['', 'const 门 = 1 // 🚪', 'a'.repeat(10_000), '\u0000\r\n??>>'])(
  'code comes back from its link: %j',
  (code) => {
    const text = encodeCode(code)
    expect(text).toMatch(/^[\w-]*$/)
    expect(decodeCode(text)).toBe(code)
  },
)

it.each(['%', 'gIA', '!!!'])('%j holds no code', (text) => {
  expect(decodeCode(text)).toBeNull()
})
