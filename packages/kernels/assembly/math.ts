/**
 * Vectorised exponentials for the gates.
 *
 * All of them need `e^y` for `y <= 0` only, which cannot overflow. With `y = n ln 2 + r` and `|r| <= ln 2 / 2`, `2^n` is written
 * into the exponent bits, and `e^r - 1 = r + r^2 q(r)`. Near 0, where `1 - e^(-2|x|)` has lost digits, float32's tanh is
 * `x + x^3 p(x^2)`. q and p are polynomials that meet their functions at Chebyshev's points, made by scripts/coefficients.py.
 * The relative error of `e^r` is at most 1.1e-8 in float32 and 1.8e-17 in float64, that of p 4e-9.
 *
 * With fused multiply-adds, tanh and sigmoid of float32 are within 2 units in the last place; without, sigmoid is within 2.3.
 * NaN stays NaN.
 *
 * Constants are in memory: a splat from there is one instruction, while V8 builds a vector constant anew at each use.
 */
import { loadSplat, madd, nmadd, select } from './vector'

// Places in the tables. The coefficients of q and p follow, lowest power first.
const LOG2_E: usize = 0
/** 1.5 times two to the mantissa's width, plus the exponent's bias. Adding it leaves `n + bias` in the low bits. */
const ROUNDER: usize = 1
/** ln 2, negated, in two parts. The first times n is exact. */
const MINUS_LN2_HIGH: usize = 2
const MINUS_LN2_LOW: usize = 3
/** Below this, `e^y` is no normal number. Its n is minus the bias, so `2^n` comes out as 0. */
const LOWEST: usize = 4
const SIGN: usize = 5
const ONE: usize = 6
const TWO: usize = 7
const MINUS_TWO: usize = 8
const Q: usize = 9
/** Up to here float32's tanh is the polynomial. tanh is 1/2 here. */
const NEAR_ZERO: usize = 14
const TANH: usize = 15

const tableF32: usize = memory.data<f32>([
  1.4426950408889634, 12583039.0, -0.693359375, 2.12194440e-4, -88.0, -0.0, 1.0, 2.0, -2.0,
  0.5, 0.16666576062275124, 0.04166655345865175, 0.008363333082182943, 0.001392637599580353,
  0.55, -0.3333333200797698, 0.1333311372902087, -0.05390942882746055, 0.021309388664443474, -0.006610227831114734,
], 16)

const tableF64: usize = memory.data<f64>([
  1.4426950408889634, 6755399441056767.0, -6.93147180369123816490e-1, -1.90821492927058770002e-10, -709.0, -0.0, 1.0, 2.0, -2.0,
  0.5, 0.16666666666666669, 0.04166666666662324, 0.008333333333329994, 0.0013888888917654016, 0.00019841269863392214,
  2.4801520613566223e-05, 2.7557267935231926e-06, 2.762041219449885e-07, 2.5100634461878497e-08,
], 16)

// @ts-ignore: decorator
@inline export function constant<T>(place: usize): v128 {
  return loadSplat<T>((sizeof<T>() == 4 ? tableF32 : tableF64) + place * sizeof<T>())
}

/** `2^n`, from the sum of n and ROUNDER. */
// @ts-ignore: decorator
@inline export function powerOfTwo<T>(rounded: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.shl(rounded, 23) : i64x2.shl(rounded, 52)
}

/** `y - n ln 2` */
// @ts-ignore: decorator
@inline export function remainder<T>(y: v128, n: v128): v128 {
  return madd<T>(n, constant<T>(MINUS_LN2_LOW), madd<T>(n, constant<T>(MINUS_LN2_HIGH), y))
}

/** `e^r - 1` for `|r| <= ln 2 / 2`, by Estrin's scheme: its chain is half as long as that of Horner's rule. */
// @ts-ignore: decorator
@inline export function expm1Reduced<T>(r: v128): v128 {
  const r2 = v128.mul<T>(r, r)
  const q01 = madd<T>(constant<T>(Q + 1), r, constant<T>(Q))
  const q23 = madd<T>(constant<T>(Q + 3), r, constant<T>(Q + 2))
  if (sizeof<T>() == 4) return madd<T>(r2, madd<T>(madd<T>(constant<T>(Q + 4), r2, q23), r2, q01), r)
  const r4 = v128.mul<T>(r2, r2)
  const q45 = madd<T>(constant<T>(Q + 5), r, constant<T>(Q + 4))
  const q67 = madd<T>(constant<T>(Q + 7), r, constant<T>(Q + 6))
  const q89 = madd<T>(constant<T>(Q + 9), r, constant<T>(Q + 8))
  const high = madd<T>(madd<T>(q89, r4, madd<T>(q67, r2, q45)), r4, madd<T>(q23, r2, q01))
  return madd<T>(r2, high, r)
}

/** `e^y` for `y <= 0`; 0 where that is no normal number. */
// @ts-ignore: decorator
@inline export function expOfNegative<T>(y: v128): v128 {
  // pmax is one instruction, unlike max. With the operands in this order it keeps NaN.
  const clamped = v128.pmax<T>(y, constant<T>(LOWEST))
  const rounded = madd<T>(clamped, constant<T>(LOG2_E), constant<T>(ROUNDER))
  const scale = powerOfTwo<T>(rounded)
  return madd<T>(scale, expm1Reduced<T>(remainder<T>(clamped, v128.sub<T>(rounded, constant<T>(ROUNDER)))), scale)
}

/** `1 / (1 + e^-x)` */
// @ts-ignore: decorator
@inline export function sigmoid<T>(x: v128): v128 {
  return sigmoidFrom<T>(x, expOfNegative<T>(v128.or(x, constant<T>(SIGN))))
}

/**
 * sigmoid, from `e = e^-|x|`: `1 / (1 + e)` where x >= 0, else `e / (1 + e)`. With fused multiply-adds it is computed as
 * `w - w q`, where w is the numerator and `q = e / (1 + e)`: then only a part of the rounding error of `1 + e` is left. Without
 * them, that loses more than it gains.
 */
// @ts-ignore: decorator
@inline export function sigmoidFrom<T>(x: v128, e: v128): v128 {
  const w = sigmoidNumerator<T>(x, e)
  const sum = v128.add<T>(e, constant<T>(ONE))
  if (ASC_FEATURE_RELAXED_SIMD) return nmadd<T>(w, v128.div<T>(e, sum), w)
  return v128.div<T>(w, sum)
}

/** 1 where x >= 0, else e. 1 is the larger of the two, so a maximum can choose. */
// @ts-ignore: decorator
@inline export function sigmoidNumerator<T>(x: v128, e: v128): v128 {
  return v128.pmax<T>(e, v128.and(v128.ge<T>(x, v128.xor(x, x)), constant<T>(ONE)))
}

/** `(1 - e^-2x) / (1 + e^-2x)` */
// @ts-ignore: decorator
@inline export function tanh<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return tanhF32(x)
  const m = oneMinusExpOfMinusTwoAbs<T>(x)
  return v128.div<T>(tanhNumerator<T>(x, m), tanhDenominator<T>(m))
}

/**
 * `sigmoid(s) * tanh(t)`; float64 needs one division for it instead of two. The factors are stored too, unless their addresses
 * are 0.
 */
// @ts-ignore: decorator
@inline export function sigmoidTimesTanh<T>(s: v128, t: v128, toS: usize, toT: usize): v128 {
  if (sizeof<T>() == 4) {
    const first = sigmoid<T>(s), second = tanhF32(t)
    if (toS != 0) v128.store(toS, first)
    if (toT != 0) v128.store(toT, second)
    return v128.mul<T>(first, second)
  }
  const e = expOfNegative<T>(v128.or(s, constant<T>(SIGN)))
  const m = oneMinusExpOfMinusTwoAbs<T>(t)
  const sNumerator = sigmoidNumerator<T>(s, e), sDenominator = v128.add<T>(e, constant<T>(ONE))
  const tNumerator = tanhNumerator<T>(t, m), tDenominator = tanhDenominator<T>(m)
  if (toS != 0) v128.store(toS, v128.div<T>(sNumerator, sDenominator))
  if (toT != 0) v128.store(toT, v128.div<T>(tNumerator, tDenominator))
  return v128.div<T>(v128.mul<T>(sNumerator, tNumerator), v128.mul<T>(sDenominator, tDenominator))
}

/** `1 - 2e / (1 + e)` with `e = e^(-2|x|)`. What is subtracted is at most 1/2 where this is used. */
// @ts-ignore: decorator
@inline export function tanhF32(x: v128): v128 {
  const abs = v128.abs<f32>(x)
  const e = expOfNegative<f32>(v128.mul<f32>(abs, constant<f32>(MINUS_TWO)))
  const far = v128.sub<f32>(constant<f32>(ONE), v128.div<f32>(v128.add<f32>(e, e), v128.add<f32>(e, constant<f32>(ONE))))
  const square = v128.mul<f32>(x, x)
  let p = madd<f32>(constant<f32>(TANH + 4), square, constant<f32>(TANH + 3))
  p = madd<f32>(p, square, constant<f32>(TANH + 2))
  p = madd<f32>(p, square, constant<f32>(TANH + 1))
  p = madd<f32>(p, square, constant<f32>(TANH))
  const near = madd<f32>(v128.mul<f32>(abs, square), p, abs)
  const magnitude = select<f32>(near, far, v128.lt<f32>(abs, constant<f32>(NEAR_ZERO)))
  return v128.or(magnitude, v128.and(x, constant<f32>(SIGN)))
}

/** `1 - e^(-2|x|)`, precise near 0 too. */
// @ts-ignore: decorator
@inline export function oneMinusExpOfMinusTwoAbs<T>(x: v128): v128 {
  const y = v128.pmax<T>(v128.mul<T>(v128.abs<T>(x), constant<T>(MINUS_TWO)), constant<T>(LOWEST))
  const rounded = madd<T>(y, constant<T>(LOG2_E), constant<T>(ROUNDER))
  const scale = powerOfTwo<T>(rounded)
  const expm1 = expm1Reduced<T>(remainder<T>(y, v128.sub<T>(rounded, constant<T>(ROUNDER))))
  return nmadd<T>(scale, expm1, v128.sub<T>(constant<T>(ONE), scale))
}

/** Numerator of tanh, from `m = 1 - e^(-2|x|)`. It has the sign of x. */
// @ts-ignore: decorator
@inline export function tanhNumerator<T>(x: v128, m: v128): v128 {
  return v128.xor(m, v128.and(x, constant<T>(SIGN)))
}

/** Denominator of tanh: `1 + e^(-2|x|)`. */
// @ts-ignore: decorator
@inline export function tanhDenominator<T>(m: v128): v128 {
  return v128.sub<T>(constant<T>(TWO), m)
}
