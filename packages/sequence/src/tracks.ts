/**
 * Copies sequences row by row, for every dtype. A row is all elements of one timestep of one sequence.
 *
 *   padded, time-major    row (t, n) at (t * N + n) * rowBytes
 *   padded, batch-major   row (t, n) at (n * T + t) * rowBytes
 *   packed                row (t, n) at (batchSizes[0] + ... + batchSizes[t - 1] + n) * rowBytes
 */
import { elementsOf, type Tensor } from '@unroll/tensor'

/** Where one sequence is in memory: its timestep t is the `rowBytes` bytes from `start + t * stride`. */
export interface Track {
  readonly bytes: Uint8Array
  readonly rowBytes: number
  readonly start: number
  readonly stride: number
}

/** The track of a single sequence `(T, *)`. */
export function trackOf(sequence: Tensor): Track {
  const bytes = bytesOf(sequence)
  const rowBytes = bytes.length / Math.max(1, sequence.size(0))
  return { bytes, rowBytes, start: 0, stride: rowBytes }
}

/** The tracks of a padded batch's sequences, `(T, N, *)`, or `(N, T, *)` if `batchFirst`. */
export function tracksOf(padded: Tensor, batchFirst: boolean): Track[] {
  const bytes = bytesOf(padded)
  const [N, T] = batchFirst ? [padded.size(0), padded.size(1)] : [padded.size(1), padded.size(0)]
  const rowBytes = bytes.length / Math.max(1, T * N)
  return Array.from({ length: N }, (_, n) =>
    batchFirst
      ? { bytes, rowBytes, start: n * T * rowBytes, stride: rowBytes }
      : { bytes, rowBytes, start: n * rowBytes, stride: N * rowBytes },
  )
}

/** Copies the first `count` timesteps of a track to another, to timestep `at` and after. */
export function copyTrack(from: Track, to: Track, count: number, at = 0): void {
  const { rowBytes } = from
  const target = to.start + at * to.stride
  if (from.stride === rowBytes && to.stride === rowBytes) {
    to.bytes.set(from.bytes.subarray(from.start, from.start + count * rowBytes), target)
    return
  }
  for (let t = 0; t < count; t++) {
    const source = from.start + t * from.stride
    to.bytes.set(from.bytes.subarray(source, source + rowBytes), target + t * to.stride)
  }
}

/** Copies tracks, longest first, into the rows of a new packed tensor. */
export function gatherRows(packed: Tensor, batchSizes: readonly number[], tracks: readonly Track[]): void {
  const rows = bytesOf(packed)
  forEachRow(batchSizes, tracks, (row, { bytes, rowBytes }, from) => {
    rows.set(bytes.subarray(from, from + rowBytes), row)
  })
}

/** Copies the rows of a packed tensor into tracks, longest first. */
export function scatterRows(packed: Tensor, batchSizes: readonly number[], tracks: readonly Track[]): void {
  const rows = bytesOf(packed)
  forEachRow(batchSizes, tracks, (row, { bytes, rowBytes }, to) => {
    bytes.set(rows.subarray(row, row + rowBytes), to)
  })
}

/** Visits every row, with its byte offsets in the packed tensor and in its track. */
function forEachRow(
  batchSizes: readonly number[],
  tracks: readonly Track[],
  visit: (packedAt: number, track: Track, trackAt: number) => void,
): void {
  for (const [n, track] of tracks.entries()) {
    let packedAt = n * track.rowBytes
    let trackAt = track.start
    for (const size of batchSizes) {
      if (size <= n) break
      visit(packedAt, track, trackAt)
      packedAt += size * track.rowBytes
      trackAt += track.stride
    }
  }
}

/** The elements as bytes: the tensor's own memory if it is contiguous (new tensors are), else a copy. */
function bytesOf(tensor: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = elementsOf(tensor)
  return new Uint8Array(buffer, byteOffset, byteLength)
}
