// The float32 logarithm, sine and cosine with which PyTorch makes normal draws on x86: the polynomials of Cephes
// (S. L. Moshier's library, logf and sinf/cosf), with multiply-adds fused. Every step is rounded to float32. Anything more precise
// would give other digits in two of three draws.

import { fma32 } from './fma.ts'

/** `log(x)` of a normal float32 above 0. */
export function log32(x: number): number {
  // x = 2^e (1 + m), with 1 + m from sqrt(1/2) to sqrt(2)
  scratch[0] = x
  const bits = scratchBits[0] ?? 0
  scratchBits[0] = (bits & 0x007fffff) | 0x3f000000 // the fraction as a number from 1/2 to 1
  const fraction = scratch[0] ?? 0
  const isLow = fraction < sqrtHalf
  const e = (bits >>> 23) - 126 - (isLow ? 1 : 0)
  const m = isLow ? round(round(fraction - 1) + fraction) : fraction - 1

  const square = round(m * m)
  let y = horner(logCoefficients, m)
  y = fma32(round(y * m), square, round(e * logTwoLow))
  y = round(y - square * 0.5)
  return fma32(e, logTwoHigh, round(m + y))
}

/** `[sin(x), cos(x)]` of a float32 from 0 to 2 pi. */
export function sinCos32(x: number): readonly [sine: number, cosine: number] {
  // The nearest even octant, and what is left within it: from -pi/4 to pi/4
  const octant = (Math.trunc(round(x * fourOverPi)) + 1) & ~1
  const rest = fma32(octant, quarterPiLow, fma32(octant, quarterPiMiddle, fma32(octant, quarterPiHigh, x)))
  const square = round(rest * rest)

  let cosine = round(horner(cosineCoefficients, square) * square)
  cosine = round(fma32(cosine, square, -0.5 * square) + 1)
  const sine = fma32(round(horner(sineCoefficients, square) * square), rest, rest)

  switch (octant & 7) {
    case 0:
      return [sine, cosine]
    case 2:
      return [cosine, -sine]
    case 4:
      return [-sine, -cosine]
    default:
      return [-cosine, sine]
  }
}

const round = Math.fround
const scratch = new Float32Array(1)
const scratchBits = new Uint32Array(scratch.buffer)

const sqrtHalf = round(Math.SQRT1_2)
// log(2) and pi/4 in parts. A whole number times the first part is exact.
const logTwoHigh = 355 / 512
const logTwoLow = round(-2.1219444e-4)
const quarterPiHigh = -201 / 256
const quarterPiMiddle = -2029 / 2 ** 23
const quarterPiLow = round(-3.774894977445941e-8)
const fourOverPi = round(1.27323954473516)

const logCoefficients = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(round)
const cosineCoefficients = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(round)
const sineCoefficients = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(round)

/** The polynomial in `x` with these coefficients, the highest first. */
function horner(coefficients: readonly number[], x: number): number {
  let y = coefficients[0] ?? 0
  for (let i = 1; i < coefficients.length; i++) y = fma32(y, x, coefficients[i] ?? 0)
  return y
}
