/**
 * Where the rows of sequences stand. A row is all elements of one timestep of one sequence.
 *
 *   padded, time-major    row (t, n) at t * N + n
 *   padded, batch-major   row (t, n) at n * T + t
 *   packed                row (t, n) at batchSizes[0] + ... + batchSizes[t - 1] + n
 */
import type { Tensor } from '@unroll/tensor'

/** The row of timestep `t` of sequence `n`. */
export type RowOf = (t: number, n: number) => number

/** The rows of a padded batch `(T, N, *)`, or `(N, T, *)` if `batchFirst`. */
export function paddedRows(T: number, N: number, batchFirst: boolean): RowOf {
  return batchFirst ? (t, n) => n * T + t : (t, n) => t * N + n
}

/** The rows of a sequence of `length` timesteps. */
export function placesOf(length: number, rowOf: (t: number) => number): Int32Array {
  const places = new Int32Array(length)
  for (let t = 0; t < length; t++) places[t] = rowOf(t)
  return places
}

/**
 * The rows in a packed batch of each of its sequences, longest first.
 * @param lengths in that order
 */
export function packedPlaces(batchSizes: readonly number[], lengths: readonly number[]): Int32Array[] {
  const starts: number[] = []
  let rows = 0
  for (const size of batchSizes) {
    starts.push(rows)
    rows += size
  }
  return lengths.map((length, place) => placesOf(length, (t) => (starts[t] ?? 0) + place))
}

/** The first two dimensions as one. */
export function asRows(padded: Tensor): Tensor {
  const [first = 0, second = 0, ...trailing] = padded.shape
  return padded.reshape([first * second, ...trailing])
}
