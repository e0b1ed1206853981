/**
 * 128-bit vectors of either element type. `T` is f32 (4 lanes) or f64 (2 lanes) everywhere in this folder.
 *
 * A *panel* is two vectors wide: the columns one pass of the matrix kernels computes.
 */

/**
 * 1 where the compiler places all loads of a loop's body before its arithmetic, as V8 up to 13.0 does. Then every vector
 * holds a register from its load to its use, and few of the 16 registers are left for sums.
 */
// @ts-ignore: decorator
@external("env", "narrow") export declare const narrow: i32

/** Bytes of a panel's row: two vectors. */
// @ts-ignore: decorator
@inline export const panelBytes: usize = 32

/** Bytes of a cache line. Blocks of memory and their areas start at multiples of it. */
// @ts-ignore: decorator
@inline export const cacheLineBytes: usize = 64

/** Elements of a vector. */
// @ts-ignore: decorator
@inline export function lanes<T>(): usize {
  return 16 / sizeof<T>()
}

/** Columns of a panel. */
// @ts-ignore: decorator
@inline export function panelWidth<T>(): usize {
  return panelBytes / sizeof<T>()
}

/** `count` rounded up to whole panels. */
// @ts-ignore: decorator
@inline export function paddedToPanels<T>(count: usize): usize {
  return ((count + panelWidth<T>() - 1) / panelWidth<T>()) * panelWidth<T>()
}

/** `count` rounded up to whole vectors. */
// @ts-ignore: decorator
@inline export function paddedToLanes<T>(count: usize): usize {
  return ((count + lanes<T>() - 1) / lanes<T>()) * lanes<T>()
}

/** `a * b + c`: rounded once in the relaxed build, if the processor can do that, else twice. */
// @ts-ignore: decorator
@inline export function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c)
  return v128.add<T>(v128.mul<T>(a, b), c)
}

/** `c - a * b`, rounded as {@link madd}. */
// @ts-ignore: decorator
@inline export function nmadd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_nmadd<T>(a, b, c)
  return v128.sub<T>(c, v128.mul<T>(a, b))
}

/** `a` where the lane of `mask` is all ones, `b` where it is all zeros. It is one instruction in the relaxed build, else three. */
// @ts-ignore: decorator
@inline export function select<T>(a: v128, b: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return sizeof<T>() == 4 ? i32x4.relaxed_laneselect(a, b, mask) : i64x2.relaxed_laneselect(a, b, mask)
  return v128.bitselect(a, b, mask)
}

/** A vector whose lanes are all the element at `address`. */
// @ts-ignore: decorator
@inline export function loadSplat<T>(address: usize): v128 {
  if (sizeof<T>() == 4) return v128.load32_splat(address)
  return v128.load64_splat(address)
}

/** A vector whose lanes are all the same lane of `a`. */
// @ts-ignore: decorator
@inline export function splatLane<T>(a: v128, lane: i32): v128 {
  if (sizeof<T>() == 8) return lane == 0 ? v128.shuffle<f64>(a, a, 0, 0) : v128.shuffle<f64>(a, a, 1, 1)
  if (lane == 0) return v128.shuffle<f32>(a, a, 0, 0, 0, 0)
  if (lane == 1) return v128.shuffle<f32>(a, a, 1, 1, 1, 1)
  if (lane == 2) return v128.shuffle<f32>(a, a, 2, 2, 2, 2)
  return v128.shuffle<f32>(a, a, 3, 3, 3, 3)
}

/** A vector whose lanes are all `value`. */
// @ts-ignore: decorator
@inline export function splat<T>(value: f64): v128 {
  return v128.splat<T>(<T>value)
}

/** Adds `count` elements to others. */
export function addElements<T>(to: usize, from: usize, count: usize): void {
  const end = from + count * sizeof<T>()
  const vectorEnd = from + (count & ~(lanes<T>() - 1)) * sizeof<T>()
  while (from < vectorEnd) {
    v128.store(to, v128.add<T>(v128.load(to), v128.load(from)))
    from += 16
    to += 16
  }
  while (from < end) {
    store<T>(to, load<T>(to) + load<T>(from))
    from += sizeof<T>()
    to += sizeof<T>()
  }
}

/** Copies `count` elements. The areas do not overlap. */
export function copyElements<T>(to: usize, from: usize, count: usize): void {
  const end = from + count * sizeof<T>()
  const vectorEnd = from + (count & ~(lanes<T>() - 1)) * sizeof<T>()
  while (from < vectorEnd) {
    v128.store(to, v128.load(from))
    from += 16
    to += 16
  }
  while (from < end) {
    store<T>(to, load<T>(from))
    from += sizeof<T>()
    to += sizeof<T>()
  }
}
