/**
 * `e^x` and `ln x` over the whole range, as tensor operations need them. The gates use the shorter ones in math.ts.
 *
 * | function | method | ends |
 * |---|---|---|
 * | exp | `x = n ln 2 + r`, `e^r - 1` as in math.ts, `2^n` in two factors: one alone is no normal number at the ends | infinity, numbers below the smallest normal one, 0 |
 * | log | `x = 2^n (1 + f)` with `1 + f` from `sqrt(1/2)` to `sqrt 2`; `ln(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2))`, `s = f / (2 + f)` | `ln 0` is -infinity; of negative numbers it is NaN |
 * | sigmoid | as in math.ts, on this exp | numbers below the smallest normal one, 0, 1 |
 *
 * R is the polynomial of FreeBSD's msun for log and logf. NaN goes through.
 */
import { expm1Reduced, powerOfTwo, remainder, sigmoidFrom } from './math'
import { loadSplat, madd } from './vector'

// Places in the tables. They are in memory for the same reason as those of math.ts. R's coefficients follow, highest power first.
const LOG2_E: usize = 0
const HALF_LOG2_E: usize = 1
/** 1.5 times two to the mantissa's width, plus the exponent's bias: as in math.ts. */
const ROUNDER: usize = 2
/** Just beyond where e^x becomes 0, and infinity. */
const LOWEST: usize = 3
const HIGHEST: usize = 4
const ONE: usize = 5
const TWO: usize = 6
const HALF: usize = 7
/** ln 2 in two parts. The first times n is exact. */
const LN2_HIGH: usize = 8
const LN2_LOW: usize = 9
const SMALLEST_NORMAL: usize = 10
/** A factor that makes numbers below SMALLEST_NORMAL normal, and its exponent. */
const RAISE: usize = 11
const RAISED_BY: usize = 12
const SQRT_HALF: usize = 13
/** Two to the mantissa's width, without and with the exponent's bias added. */
const INTEGERS: usize = 14
const INTEGERS_BIASED: usize = 15
const INFINITE: usize = 16
const SERIES: usize = 17

const tableF32: usize = memory.data<f32>([
  1.4426950408889634, 0.7213475204444817, 12583039.0, -104.0, 89.0, 1.0, 2.0, 0.5,
  6.9313812256e-1, 9.0580006145e-6, 1.17549435082228751e-38, 33554432.0, 25.0, 0.707106781186547524,
  8388608.0, 8388735.0, Infinity,
  0.24279078841, 0.28498786688, 0.40000972152, 0.66666662693,
], 16)

const tableF64: usize = memory.data<f64>([
  1.4426950408889634, 0.7213475204444817, 6755399441056767.0, -746.0, 710.0, 1.0, 2.0, 0.5,
  6.93147180369123816490e-1, 1.90821492927058770002e-10, 2.2250738585072014e-308, 18014398509481984.0, 54.0,
  0.707106781186547524, 4503599627370496.0, 4503599627371519.0, Infinity,
  1.479819860511658591e-1, 1.531383769920937332e-1, 1.818357216161805012e-1, 2.222219843214978396e-1,
  2.857142874366239149e-1, 3.999999999940941908e-1, 6.666666666666735130e-1,
], 16)

// @ts-ignore: decorator
@inline export function constant<T>(place: usize): v128 {
  return loadSplat<T>((sizeof<T>() == 4 ? tableF32 : tableF64) + place * sizeof<T>())
}

/** `e^x` */
// @ts-ignore: decorator
@inline export function exp<T>(x: v128): v128 {
  // pmax and pmin are one instruction each, unlike max and min. With the operands in this order they keep NaN.
  const y = v128.pmin<T>(v128.pmax<T>(x, constant<T>(LOWEST)), constant<T>(HIGHEST))
  const n = v128.sub<T>(madd<T>(y, constant<T>(LOG2_E), constant<T>(ROUNDER)), constant<T>(ROUNDER))
  const half = madd<T>(y, constant<T>(HALF_LOG2_E), constant<T>(ROUNDER))
  const rest = v128.add<T>(v128.sub<T>(n, v128.sub<T>(half, constant<T>(ROUNDER))), constant<T>(ROUNDER))
  const power = v128.add<T>(expm1Reduced<T>(remainder<T>(y, n)), constant<T>(ONE))
  return v128.mul<T>(v128.mul<T>(power, powerOfTwo<T>(half)), powerOfTwo<T>(rest))
}

/** `1 / (1 + e^-x)` */
// @ts-ignore: decorator
@inline export function sigmoid<T>(x: v128): v128 {
  return sigmoidFrom<T>(x, exp<T>(v128.neg<T>(v128.abs<T>(x))))
}

/** `ln x` */
// @ts-ignore: decorator
@inline export function log<T>(x: v128): v128 {
  const tiny = v128.lt<T>(x, constant<T>(SMALLEST_NORMAL))
  const raised = v128.bitselect(v128.mul<T>(x, constant<T>(RAISE)), x, tiny)
  // Shifted so that the exponent changes at sqrt(1/2).
  const bits = addBits<T>(raised, subBits<T>(constant<T>(ONE), constant<T>(SQRT_HALF)))
  const exponent = v128.sub<T>(v128.or(exponentOf<T>(bits), constant<T>(INTEGERS)), constant<T>(INTEGERS_BIASED))
  const n = v128.sub<T>(exponent, v128.and(tiny, constant<T>(RAISED_BY)))
  const f = v128.sub<T>(addBits<T>(mantissaOf<T>(bits), constant<T>(SQRT_HALF)), constant<T>(ONE))
  const s = v128.div<T>(f, v128.add<T>(f, constant<T>(TWO)))
  const halfSquare = v128.mul<T>(v128.mul<T>(f, f), constant<T>(HALF))
  const tail = madd<T>(s, v128.add<T>(halfSquare, series<T>(v128.mul<T>(s, s))), v128.mul<T>(n, constant<T>(LN2_LOW)))
  const result = madd<T>(n, constant<T>(LN2_HIGH), v128.sub<T>(f, v128.sub<T>(halfSquare, tail)))
  const zero = v128.xor(x, x)
  // Below 0 all bits are set, which is NaN. Infinity and NaN stay as they are.
  const signed = v128.or(result, v128.lt<T>(x, zero))
  const finite = v128.bitselect(signed, x, v128.lt<T>(x, constant<T>(INFINITE)))
  return v128.bitselect(v128.neg<T>(constant<T>(INFINITE)), finite, v128.eq<T>(x, zero))
}

/** `R(z)` */
// @ts-ignore: decorator
@inline export function series<T>(z: v128): v128 {
  let p = constant<T>(SERIES)
  p = madd<T>(p, z, constant<T>(SERIES + 1))
  p = madd<T>(p, z, constant<T>(SERIES + 2))
  p = madd<T>(p, z, constant<T>(SERIES + 3))
  if (sizeof<T>() == 8) {
    p = madd<T>(p, z, constant<T>(SERIES + 4))
    p = madd<T>(p, z, constant<T>(SERIES + 5))
    p = madd<T>(p, z, constant<T>(SERIES + 6))
  }
  return v128.mul<T>(p, z)
}

// Arithmetic on the bits of numbers

// @ts-ignore: decorator
@inline export function addBits<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.add(a, b) : i64x2.add(a, b)
}

// @ts-ignore: decorator
@inline export function subBits<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.sub(a, b) : i64x2.sub(a, b)
}

/** The exponent's field, as an integer. */
// @ts-ignore: decorator
@inline export function exponentOf<T>(bits: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.shr_u(bits, 23) : i64x2.shr_u(bits, 52)
}

/** The bits below it. */
// @ts-ignore: decorator
@inline export function mantissaOf<T>(bits: v128): v128 {
  return v128.and(bits, sizeof<T>() == 4 ? i32x4.splat(0x007fffff) : i64x2.splat(0x000fffffffffffff))
}
