import type { Bytes } from '../../src/source/source.ts'

/** One byte a character: how the tests write binary data. */
export function latin1(text: string): Bytes {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}

/** Little-endian, `size` bytes, as text for {@link latin1}. */
export function little(value: number | bigint, size: number): string {
  let rest = BigInt.asUintN(8 * size, BigInt(value))
  let text = ''
  for (let i = 0; i < size; i++) {
    text += String.fromCharCode(Number(rest & 0xffn))
    rest >>= 8n
  }
  return text
}

export function concat(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
