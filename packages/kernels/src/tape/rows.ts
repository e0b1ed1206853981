import { allocate } from '../allocate.ts'
import type { FloatArray, FloatDType } from '../contract/recurrent.ts'

/** The row at which each timestep starts, and last the number of rows. */
export function rowStartsOf(batchSizes: Int32Array): Int32Array {
  const starts = new Int32Array(batchSizes.length + 1)
  for (let t = 0; t < batchSizes.length; t++) starts[t + 1] = (starts[t] ?? 0) + (batchSizes[t] ?? 0)
  return starts
}

/** For each row, in the order of time, the row of that sequence at the same timestep counted from its end. */
export function reversedOrder(batchSizes: Int32Array): Int32Array {
  const starts = rowStartsOf(batchSizes)
  const order = new Int32Array(starts[batchSizes.length] ?? 0)
  const N = batchSizes[0] ?? 0
  for (let n = 0; n < N; n++) {
    let length = 0
    while ((batchSizes[length] ?? 0) > n) length++
    for (let t = 0; t < length; t++) order[(starts[t] ?? 0) + n] = (starts[length - 1 - t] ?? 0) + n
  }
  return order
}

/** For each row of `N` sequences of `T` timesteps in the order of time, its row in the order of the batch. */
export function batchMajorOrder(T: number, N: number): Int32Array {
  return Int32Array.from({ length: T * N }, (_, row) => (row % N) * T + Math.floor(row / N))
}

/** Row i of the result is row `order[i]`; `width` numbers from column `column` on. */
export function gatherRows(
  array: FloatArray,
  stride: number,
  order: Int32Array,
  column: number = 0,
  width: number = stride,
): FloatArray {
  const out = allocate(dtypeOf(array), order.length * width)
  order.forEach((row, i) => {
    const from = row * stride + column
    out.set(array.subarray(from, from + width), i * width)
  })
  return out
}

/** The other way round: row i goes to row `order[i]` of `to`. */
export function scatterRows(
  to: FloatArray,
  stride: number,
  order: Int32Array,
  rows: FloatArray,
  column: number = 0,
  width: number = stride,
): void {
  order.forEach((row, i) => {
    to.set(rows.subarray(i * width, (i + 1) * width), row * stride + column)
  })
}

/** The first `count` of the `N` rows of each layer. */
export function firstRows(states: FloatArray, N: number, count: number, width: number): FloatArray {
  if (count === N) return states.slice()
  const layers = states.length / (N * width)
  const out = allocate(dtypeOf(states), layers * count * width)
  for (let layer = 0; layer < layers; layer++) {
    const from = layer * N * width
    out.set(states.subarray(from, from + count * width), layer * count * width)
  }
  return out
}

/** Replaces the first `count` of the `N` rows of each layer. */
export function setFirstRows(
  states: FloatArray,
  N: number,
  count: number,
  width: number,
  rows: FloatArray,
): void {
  for (let from = 0; from < rows.length; from += count * width) {
    states.set(rows.subarray(from, from + count * width), (from / count) * N)
  }
}

function dtypeOf(array: FloatArray): FloatDType {
  return array instanceof Float32Array ? 'float32' : 'float64'
}
