import type { FloatArray } from '@unroll/kernels'

/** Floats as plain data: base64 of their bytes, little-endian. */
export interface WireFloats {
  readonly dtype: 'float32' | 'float64'
  readonly base64: string
}

export function toWire(array: FloatArray): WireFloats {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  let letters = ''
  for (let i = 0; i < bytes.length; i += 8192) letters += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return { dtype: array instanceof Float32Array ? 'float32' : 'float64', base64: btoa(letters) }
}

export function fromWire({ dtype, base64 }: WireFloats): FloatArray {
  const { buffer } = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  return dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer)
}

export function orNull<A, B>(convert: (value: A) => B, value: A | null): B | null {
  return value === null ? null : convert(value)
}
