/**
 * Vectorised exponentials for the gates.
 *
 * Every one needs `e^y` for `y <= 0` only: sigmoid(x) and tanh(x) follow from `e^-|x|` and `e^-2|x|`, which cannot
 * overflow. `y = n ln 2 + r` with `|r| <= ln 2 / 2`; `e^r - 1` by a polynomial; `2^n` put together in the exponent bits.
 * float32 uses the minimax polynomial of Cephes' expf; float64 the Taylor polynomial of degree 13, whose remainder is
 * below 5e-18. NaN goes through.
 *
 * Constants stand in memory: there a splat is one instruction, while V8 builds a vector constant anew at each use.
 */
import { loadSplat, madd, splat } from './vector'

// Places in the tables. The polynomial's coefficients follow, highest power first.
const LOG2_E: usize = 0
/** 1.5 times two to the mantissa's width: adding it leaves the nearest integer in the low bits. */
const ROUNDER: usize = 1
/** ln 2 in two parts of which the first times n is exact; negated. */
const MINUS_LN2_HIGH: usize = 2
const MINUS_LN2_LOW: usize = 3
/** Below this `e^y` is no normal number. */
const LOWEST: usize = 4
const MINUS_TWO: usize = 5
const TWO: usize = 6
const ONE: usize = 7
const POLYNOMIAL: usize = 8

const tableF32: usize = memory.data<f32>([
  1.4426950408889634, 12582912.0, -0.693359375, 2.12194440e-4, -87.33, -2.0, 2.0, 1.0,
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
], 16)

const tableF64: usize = memory.data<f64>([
  1.4426950408889634, 6755399441055744.0, -6.93147180369123816490e-1, -1.90821492927058770002e-10, -708.39, -2.0, 2.0, 1.0,
  1.6059043836821613e-10, 2.08767569878681e-9, 2.505210838544172e-8, 2.755731922398589e-7, 2.7557319223985893e-6,
  2.48015873015873e-5, 1.984126984126984e-4, 1.388888888888889e-3, 8.333333333333333e-3, 4.1666666666666664e-2,
  1.6666666666666666e-1, 0.5,
], 16)

// @ts-ignore: decorator
@inline export function constant<T>(place: usize): v128 {
  return loadSplat<T>((sizeof<T>() == 4 ? tableF32 : tableF64) + place * sizeof<T>())
}

/** Bits of `2^n`, given the sum of n and the rounder. */
// @ts-ignore: decorator
@inline export function powerOfTwo<T>(rounded: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.shl(i32x4.add(rounded, i32x4.splat(127)), 23)
  return i64x2.shl(i64x2.add(rounded, i64x2.splat(1023)), 52)
}

/** `e^r - 1` for `|r| <= ln 2 / 2`. */
// @ts-ignore: decorator
@inline export function expm1Reduced<T>(r: v128): v128 {
  const r2 = v128.mul<T>(r, r)
  if (sizeof<T>() == 4) {
    // In pairs (Estrin): half the chain of Horner's rule.
    const high = madd<T>(constant<T>(POLYNOMIAL), r, constant<T>(POLYNOMIAL + 1))
    const middle = madd<T>(constant<T>(POLYNOMIAL + 2), r, constant<T>(POLYNOMIAL + 3))
    const low = madd<T>(constant<T>(POLYNOMIAL + 4), r, constant<T>(POLYNOMIAL + 5))
    return madd<T>(r2, madd<T>(madd<T>(high, r2, middle), r2, low), r)
  }
  let p = constant<T>(POLYNOMIAL)
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 1))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 2))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 3))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 4))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 5))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 6))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 7))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 8))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 9))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 10))
  p = madd<T>(p, r, constant<T>(POLYNOMIAL + 11))
  return madd<T>(r2, p, r)
}

/** `y - n ln 2` */
// @ts-ignore: decorator
@inline export function remainder<T>(y: v128, n: v128): v128 {
  return madd<T>(n, constant<T>(MINUS_LN2_LOW), madd<T>(n, constant<T>(MINUS_LN2_HIGH), y))
}

/** `e^-|x|`, 0 where that is no normal number. */
// @ts-ignore: decorator
@inline export function expOfMinusAbs<T>(x: v128): v128 {
  const exact = v128.or(x, splat<T>(-0.0))
  // pmax, unlike max, is one instruction; in this order it keeps NaN.
  const y = v128.pmax<T>(exact, constant<T>(LOWEST))
  const rounded = madd<T>(y, constant<T>(LOG2_E), constant<T>(ROUNDER))
  const r = remainder<T>(y, v128.sub<T>(rounded, constant<T>(ROUNDER)))
  const scale = powerOfTwo<T>(rounded)
  const power = madd<T>(scale, expm1Reduced<T>(r), scale)
  return v128.andnot(power, v128.lt<T>(exact, constant<T>(LOWEST)))
}

/** `e^(-2|x|) - 1`, precise near 0 too. */
// @ts-ignore: decorator
@inline export function expm1OfMinusTwoAbs<T>(x: v128): v128 {
  const y = v128.pmax<T>(v128.mul<T>(v128.abs<T>(x), constant<T>(MINUS_TWO)), constant<T>(LOWEST))
  const rounded = madd<T>(y, constant<T>(LOG2_E), constant<T>(ROUNDER))
  const r = remainder<T>(y, v128.sub<T>(rounded, constant<T>(ROUNDER)))
  const scale = powerOfTwo<T>(rounded)
  return madd<T>(scale, expm1Reduced<T>(r), v128.sub<T>(scale, constant<T>(ONE)))
}

/** Numerator of sigmoid, given `e = e^-|x|`: `1 / (1 + e)` where x >= 0, else `e / (1 + e)`. */
// @ts-ignore: decorator
@inline export function sigmoidNumerator<T>(x: v128, e: v128): v128 {
  return v128.bitselect(e, constant<T>(ONE), v128.lt<T>(x, v128.xor(x, x)))
}

/** Denominator of sigmoid. */
// @ts-ignore: decorator
@inline export function sigmoidDenominator<T>(e: v128): v128 {
  return v128.add<T>(e, constant<T>(ONE))
}

/** Numerator of tanh, given `m = e^(-2|x|) - 1`: `|m|` with the sign of x. */
// @ts-ignore: decorator
@inline export function tanhNumerator<T>(x: v128, m: v128): v128 {
  return v128.bitselect(x, m, splat<T>(-0.0))
}

/** Denominator of tanh. */
// @ts-ignore: decorator
@inline export function tanhDenominator<T>(m: v128): v128 {
  return v128.add<T>(m, constant<T>(TWO))
}

/** `1 / (1 + e^-x)` */
// @ts-ignore: decorator
@inline export function sigmoid<T>(x: v128): v128 {
  const e = expOfMinusAbs<T>(x)
  return v128.div<T>(sigmoidNumerator<T>(x, e), sigmoidDenominator<T>(e))
}

/** `(1 - e^-2x) / (1 + e^-2x)` */
// @ts-ignore: decorator
@inline export function tanh<T>(x: v128): v128 {
  const m = expm1OfMinusTwoAbs<T>(x)
  return v128.div<T>(tanhNumerator<T>(x, m), tanhDenominator<T>(m))
}

/** `sigmoid(s) * tanh(t)` with one division instead of two. */
// @ts-ignore: decorator
@inline export function sigmoidTimesTanh<T>(s: v128, t: v128): v128 {
  const e = expOfMinusAbs<T>(s)
  const m = expm1OfMinusTwoAbs<T>(t)
  return v128.div<T>(
    v128.mul<T>(sigmoidNumerator<T>(s, e), tanhNumerator<T>(t, m)),
    v128.mul<T>(sigmoidDenominator<T>(e), tanhDenominator<T>(m)),
  )
}
