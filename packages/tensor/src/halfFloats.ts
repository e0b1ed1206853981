// The two 16-bit floats as bit patterns: float16 is 1 sign, 5 exponent, 10 fraction bits; bfloat16 is the upper
// half of a float32.

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The number a float16 bit pattern stands for, exactly. */
export function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The bit pattern nearest to `value`, ties to even; as in PyTorch the value is rounded to float32 first. */
export function numberToFloat16(value: number): number {
  float[0] = value
  const word = bits[0] ?? 0
  const sign = (word >>> 16) & 0x8000
  const magnitude = Math.abs(float[0] ?? 0)
  if (Number.isNaN(magnitude)) return sign | 0x7e00
  // 65520 is halfway between the largest float16 and the next power of two.
  if (magnitude >= 65520) return sign | 0x7c00
  // Below 2^-14 the patterns are multiples of 2^-24. A carry out of the fraction correctly raises the exponent.
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24)
  const exponent = ((word >>> 23) & 0xff) - 127
  return sign | (roundToEven(magnitude * 2 ** (10 - exponent)) + ((exponent + 14) << 10))
}

/** The number a bfloat16 bit pattern stands for, exactly. */
export function bfloat16ToNumber(half: number): number {
  bits[0] = half << 16
  return float[0] ?? 0
}

/** The bit pattern nearest to `value`, ties to even; as in PyTorch the value is rounded to float32 first. */
export function numberToBfloat16(value: number): number {
  float[0] = value
  const word = bits[0] ?? 0
  if (Number.isNaN(value)) return 0x7fc0
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
