/**
 * Vectorised exp, sigmoid and tanh.
 *
 * exp: x = n ln 2 + r with |r| <= ln 2 / 2; e^r - 1 by a polynomial; 2^n put together in the exponent bits.
 * float32 uses the minimax polynomial of Cephes' expf; float64 the Taylor polynomial of degree 13, whose remainder
 * is below 5e-18. NaN goes through, infinities give the limits.
 */
import { madd, splat } from './vector'

/** `e^r - 1` for |r| <= ln 2 / 2. */
// @ts-ignore: decorator
@inline export function expm1Reduced<T>(r: v128): v128 {
  let p: v128
  if (sizeof<T>() == 4) {
    p = splat<T>(1.9875691500e-4)
    p = madd<T>(p, r, splat<T>(1.3981999507e-3))
    p = madd<T>(p, r, splat<T>(8.3334519073e-3))
    p = madd<T>(p, r, splat<T>(4.1665795894e-2))
    p = madd<T>(p, r, splat<T>(1.6666665459e-1))
    p = madd<T>(p, r, splat<T>(5.0000001201e-1))
  } else {
    p = splat<T>(1.0 / 6227020800.0)
    p = madd<T>(p, r, splat<T>(1.0 / 479001600.0))
    p = madd<T>(p, r, splat<T>(1.0 / 39916800.0))
    p = madd<T>(p, r, splat<T>(1.0 / 3628800.0))
    p = madd<T>(p, r, splat<T>(1.0 / 362880.0))
    p = madd<T>(p, r, splat<T>(1.0 / 40320.0))
    p = madd<T>(p, r, splat<T>(1.0 / 5040.0))
    p = madd<T>(p, r, splat<T>(1.0 / 720.0))
    p = madd<T>(p, r, splat<T>(1.0 / 120.0))
    p = madd<T>(p, r, splat<T>(1.0 / 24.0))
    p = madd<T>(p, r, splat<T>(1.0 / 6.0))
    p = madd<T>(p, r, splat<T>(0.5))
  }
  return madd<T>(v128.mul<T>(r, r), p, r)
}

/** `n` of the reduction: the nearest integer to x / ln 2. */
// @ts-ignore: decorator
@inline export function exponentOf<T>(x: v128): v128 {
  return v128.nearest<T>(v128.mul<T>(x, splat<T>(1.4426950408889634)))
}

/** `x - n ln 2`, ln 2 in two parts of which the first times n is exact. */
// @ts-ignore: decorator
@inline export function remainderOf<T>(x: v128, n: v128): v128 {
  const high = sizeof<T>() == 4 ? 0.693359375 : 6.93147180369123816490e-1
  const low = sizeof<T>() == 4 ? -2.12194440e-4 : 1.90821492927058770002e-10
  return madd<T>(n, splat<T>(-low), madd<T>(n, splat<T>(-high), x))
}

/** The lanes of `n`, whole numbers, as integers of the same width. */
// @ts-ignore: decorator
@inline export function integers<T>(n: v128): v128 {
  const small = sizeof<T>() == 4 ? i32x4.trunc_sat_f32x4_s(n) : i32x4.trunc_sat_f64x2_s_zero(n)
  return sizeof<T>() == 4 ? small : i64x2.extend_low_i32x4_s(small)
}

/** `2^n` for integer lanes whose result is a normal number. */
// @ts-ignore: decorator
@inline export function powerOfTwo<T>(n: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23)
  return i64x2.shl(i64x2.add(n, i64x2.splat(1023)), 52)
}

/** `e^x`; 0 and infinity beyond the ends of the range. */
// @ts-ignore: decorator
@inline export function exp<T>(x: v128): v128 {
  const lowest = sizeof<T>() == 4 ? -104.0 : -746.0
  const highest = sizeof<T>() == 4 ? 89.0 : 710.0
  x = v128.min<T>(v128.max<T>(x, splat<T>(lowest)), splat<T>(highest))
  const n = exponentOf<T>(x)
  const power = v128.add<T>(expm1Reduced<T>(remainderOf<T>(x, n)), splat<T>(1.0))
  // Scaled in two steps: 2^n itself may be subnormal or too large.
  const whole = integers<T>(n)
  const half = sizeof<T>() == 4 ? i32x4.shr_s(whole, 1) : i64x2.shr_s(whole, 1)
  const rest = sizeof<T>() == 4 ? i32x4.sub(whole, half) : i64x2.sub(whole, half)
  return v128.mul<T>(v128.mul<T>(power, powerOfTwo<T>(half)), powerOfTwo<T>(rest))
}

/** `1 / (1 + e^-x)` */
// @ts-ignore: decorator
@inline export function sigmoid<T>(x: v128): v128 {
  const one = splat<T>(1.0)
  return v128.div<T>(one, v128.add<T>(one, exp<T>(v128.neg<T>(x))))
}

/** `|m / (2 + m)|` with `m = e^(-2|x|) - 1`, which keeps full precision near 0; the sign put back. */
// @ts-ignore: decorator
@inline export function tanh<T>(x: v128): v128 {
  const signBit = splat<T>(-0.0)
  const sign = v128.and(x, signBit)
  // Below this m rounds to -1.
  const lowest = sizeof<T>() == 4 ? -40.0 : -80.0
  const y = v128.max<T>(v128.mul<T>(v128.andnot(x, signBit), splat<T>(-2.0)), splat<T>(lowest))
  const n = exponentOf<T>(y)
  const scale = powerOfTwo<T>(integers<T>(n))
  const m = madd<T>(scale, expm1Reduced<T>(remainderOf<T>(y, n)), v128.sub<T>(scale, splat<T>(1.0)))
  return v128.or(v128.abs<T>(v128.div<T>(m, v128.add<T>(m, splat<T>(2.0)))), sign)
}
