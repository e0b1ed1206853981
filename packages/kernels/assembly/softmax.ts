/**
 * Softmax of rows, and its logarithm.
 *
 * | area | shape | layout |
 * |---|---|---|
 * | x | `(rows, columns)` | row-major, without gaps; the results replace it |
 *
 * A row is passed three times: its largest element, its powers and their sum, the scaling. Whole vectors first, then
 * the elements left over, one at a time in the first lane. Powers are added up in their own precision a block at a
 * time, the blocks in double precision: in long rows float32 would lose digits.
 */
import { exp, log } from './exponential'
import { lanes } from './vector'

/** Elements of a block. */
const block: usize = 256

/** `x = exp(x) / sum(exp(x))` of every row; of `logarithm` its natural logarithm. */
export function softmax<T>(logarithm: bool, x: usize, rows: usize, columns: usize): void {
  const bytes = columns * sizeof<T>()
  for (let row: usize = 0; row < rows; row++) {
    if (logarithm) logSoftmaxRow<T>(x, x + bytes, columns)
    else softmaxRow<T>(x, x + bytes, columns)
    x += bytes
  }
}

// @ts-ignore: decorator
@inline function softmaxRow<T>(x: usize, end: usize, columns: usize): void {
  const total = v128.splat<T>(<T>sumOfPowers<T>(true, x, end, columns))
  const vectorEnd = x + vectorBytes<T>(columns)
  for (; x < vectorEnd; x += 16) v128.store(x, v128.div<T>(v128.load(x), total))
  for (; x < end; x += sizeof<T>()) store<T>(x, load<T>(x) / v128.extract_lane<T>(total, 0))
}

// @ts-ignore: decorator
@inline function logSoftmaxRow<T>(x: usize, end: usize, columns: usize): void {
  const top = v128.splat<T>(largest<T>(x, end, columns))
  const total = f64x2.extract_lane(log<f64>(f64x2.splat(sumOfPowers<T>(false, x, end, columns))), 0)
  const shift = v128.splat<T>(<T>total)
  const vectorEnd = x + vectorBytes<T>(columns)
  for (; x < vectorEnd; x += 16) v128.store(x, v128.sub<T>(v128.sub<T>(v128.load(x), top), shift))
  for (; x < end; x += sizeof<T>()) {
    store<T>(x, load<T>(x) - v128.extract_lane<T>(top, 0) - v128.extract_lane<T>(shift, 0))
  }
}

/** The sum of `e^(x - largest)`; where `keep`, the powers replace x. */
// @ts-ignore: decorator
@inline function sumOfPowers<T>(keep: bool, x: usize, end: usize, columns: usize): f64 {
  const top = v128.splat<T>(largest<T>(x, end, columns))
  const vectorEnd = x + vectorBytes<T>(columns)
  let total: f64 = 0
  while (x < vectorEnd) {
    const blockEnd = min(x + block * sizeof<T>(), vectorEnd)
    let sum = v128.splat<T>(<T>0)
    for (; x < blockEnd; x += 16) {
      const power = exp<T>(v128.sub<T>(v128.load(x), top))
      if (keep) v128.store(x, power)
      sum = v128.add<T>(sum, power)
    }
    total += sumOfLanes<T>(sum)
  }
  for (; x < end; x += sizeof<T>()) {
    const power = v128.extract_lane<T>(exp<T>(v128.splat<T>(load<T>(x) - v128.extract_lane<T>(top, 0))), 0)
    if (keep) store<T>(x, power)
    total += <f64>power
  }
  return total
}

/** NaN if there is one. */
// @ts-ignore: decorator
@inline function largest<T>(x: usize, end: usize, columns: usize): T {
  let top = v128.splat<T>(<T>-Infinity)
  const vectorEnd = x + vectorBytes<T>(columns)
  for (; x < vectorEnd; x += 16) top = v128.max<T>(top, v128.load(x))
  let most = max(v128.extract_lane<T>(top, 0), v128.extract_lane<T>(top, 1))
  if (sizeof<T>() == 4) most = max(most, max(v128.extract_lane<T>(top, 2), v128.extract_lane<T>(top, 3)))
  for (; x < end; x += sizeof<T>()) most = max(most, load<T>(x))
  return most
}

// @ts-ignore: decorator
@inline function sumOfLanes<T>(sum: v128): f64 {
  const two = <f64>v128.extract_lane<T>(sum, 0) + <f64>v128.extract_lane<T>(sum, 1)
  if (sizeof<T>() == 8) return two
  return two + (<f64>v128.extract_lane<T>(sum, 2) + <f64>v128.extract_lane<T>(sum, 3))
}

/** Of the whole vectors of a row. */
// @ts-ignore: decorator
@inline function vectorBytes<T>(columns: usize): usize {
  return (columns & ~(lanes<T>() - 1)) * sizeof<T>()
}
