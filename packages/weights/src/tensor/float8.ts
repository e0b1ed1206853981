import type { FileDType } from './fileDtype.ts'

interface Float8 {
  readonly exponentBits: number
  readonly bias: number
  /** Which codes stand for infinities and NaN. */
  readonly special: 'ieee' | 'lastIsNaN' | 'negativeZeroIsNaN' | 'exponentOnly'
}

/** https://onnx.ai/onnx/technical/float8.html and the OCP microscaling formats for e8m0. */
const formats: Readonly<Partial<Record<FileDType, Float8>>> = {
  float8_e4m3fn: { exponentBits: 4, bias: 7, special: 'lastIsNaN' },
  float8_e5m2: { exponentBits: 5, bias: 15, special: 'ieee' },
  float8_e4m3fnuz: { exponentBits: 4, bias: 8, special: 'negativeZeroIsNaN' },
  float8_e5m2fnuz: { exponentBits: 5, bias: 16, special: 'negativeZeroIsNaN' },
  float8_e8m0fnu: { exponentBits: 8, bias: 127, special: 'exponentOnly' },
}

/** True for the dtypes that {@link widenFloat8} takes. */
export function isFloat8(dtype: FileDType): boolean {
  return formats[dtype] !== undefined
}

/** Exact: every float8 is a float32. */
export function widenFloat8(bytes: Uint8Array, dtype: FileDType): Float32Array<ArrayBuffer> {
  const format = formats[dtype]
  if (format === undefined) throw new TypeError(`widenFloat8: expected a float8 dtype, got ${dtype}`)
  const values = Float32Array.from({ length: 256 }, (_, code) => numberOf(code, format))
  const widened = new Float32Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) widened[i] = values[bytes[i] ?? 0] ?? 0
  return widened
}

function numberOf(code: number, { exponentBits, bias, special }: Float8): number {
  if (special === 'exponentOnly') return code === 0xff ? Number.NaN : 2 ** (code - bias)
  const mantissaBits = 7 - exponentBits
  const sign = code & 0x80 ? -1 : 1
  const exponent = (code & 0x7f) >> mantissaBits
  const fraction = (code & ((1 << mantissaBits) - 1)) / 2 ** mantissaBits
  if (special === 'negativeZeroIsNaN' && code === 0x80) return Number.NaN
  if (special === 'lastIsNaN' && (code & 0x7f) === 0x7f) return Number.NaN
  if (special === 'ieee' && exponent === 2 ** exponentBits - 1) {
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  }
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias))
}
