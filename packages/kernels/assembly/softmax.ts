/**
 * Softmax of rows, and its logarithm.
 *
 * | area | shape | layout |
 * |---|---|---|
 * | x | `(rows, columns)` | row-major, without gaps; the results replace it |
 *
 * Each row takes three passes: for its largest element, for the powers and their sum, and for the division. A pass takes whole
 * vectors first, then the elements left over, one by one in the first lane. The powers of a block are added in their own
 * precision, the sums of blocks in double precision: float32 would lose digits in long rows.
 */
import { exp, log } from './exponential'
import { lanes } from './vector'

/** Elements of a block. */
const block: usize = 256

/** `x = exp(x) / sum(exp(x))` of every row, or its natural logarithm if `logarithm`. */
export function softmax<T>(logarithm: bool, x: usize, rows: usize, columns: usize): void {
  const bytes = columns * sizeof<T>()
  for (let row: usize = 0; row < rows; row++) {
    const end = x + bytes
    const vectorEnd = x + (columns & ~(lanes<T>() - 1)) * sizeof<T>()
    const top = largest<T>(x, vectorEnd, end)
    const total = sumOfPowers<T>(!logarithm, top, x, vectorEnd, end)
    if (logarithm) subtract<T>(top, <T>logarithmOf(total), x, vectorEnd, end)
    else divide<T>(<T>total, x, vectorEnd, end)
    x = end
  }
}

/** The largest element; NaN if any element is. */
function largest<T>(x: usize, vectorEnd: usize, end: usize): T {
  let top = v128.splat<T>(<T>-Infinity)
  for (; x < vectorEnd; x += 16) top = v128.max<T>(top, v128.load(x))
  let most = max(v128.extract_lane<T>(top, 0), v128.extract_lane<T>(top, 1))
  if (sizeof<T>() == 4) most = max(most, max(v128.extract_lane<T>(top, 2), v128.extract_lane<T>(top, 3)))
  for (; x < end; x += sizeof<T>()) most = max(most, load<T>(x))
  return most
}

/** The sum of `e^(x - top)`. The powers replace x if `keep`. */
function sumOfPowers<T>(keep: bool, top: T, x: usize, vectorEnd: usize, end: usize): f64 {
  const tops = v128.splat<T>(top)
  let total: f64 = 0
  while (x < vectorEnd) {
    const blockEnd = min(x + block * sizeof<T>(), vectorEnd)
    let sum = v128.splat<T>(<T>0)
    for (; x < blockEnd; x += 16) {
      const power = exp<T>(v128.sub<T>(v128.load(x), tops))
      if (keep) v128.store(x, power)
      sum = v128.add<T>(sum, power)
    }
    total += sumOfLanes<T>(sum)
  }
  for (; x < end; x += sizeof<T>()) {
    const power = powerOf<T>(load<T>(x) - top)
    if (keep) store<T>(x, power)
    total += <f64>power
  }
  return total
}

function divide<T>(total: T, x: usize, vectorEnd: usize, end: usize): void {
  const totals = v128.splat<T>(total)
  for (; x < vectorEnd; x += 16) v128.store(x, v128.div<T>(v128.load(x), totals))
  for (; x < end; x += sizeof<T>()) store<T>(x, load<T>(x) / total)
}

/** Subtracts `top` first. The difference is small, so the second subtraction loses no digits. */
function subtract<T>(top: T, total: T, x: usize, vectorEnd: usize, end: usize): void {
  const tops = v128.splat<T>(top), totals = v128.splat<T>(total)
  for (; x < vectorEnd; x += 16) v128.store(x, v128.sub<T>(v128.sub<T>(v128.load(x), tops), totals))
  for (; x < end; x += sizeof<T>()) store<T>(x, load<T>(x) - top - total)
}

// @ts-ignore: decorator
@inline export function sumOfLanes<T>(sum: v128): f64 {
  const two = <f64>v128.extract_lane<T>(sum, 0) + <f64>v128.extract_lane<T>(sum, 1)
  if (sizeof<T>() == 8) return two
  return two + (<f64>v128.extract_lane<T>(sum, 2) + <f64>v128.extract_lane<T>(sum, 3))
}

// These take one number. They are not inlined: a row calls them a few times at most.

function powerOf<T>(x: T): T {
  return v128.extract_lane<T>(exp<T>(v128.splat<T>(x)), 0)
}

function logarithmOf(x: f64): f64 {
  return f64x2.extract_lane(log<f64>(f64x2.splat(x)), 0)
}
