import type { RecurrentSpec } from '../engine.ts'
import { layerInputSize, sizesOf } from '../layout.ts'

/** What one thread computes of a call: some of its sequences, one or both directions. */
export interface Part {
  readonly firstSequence: number
  readonly sequences: number
  /** `(T)`: how many of the part's sequences are still running; may end in zeros. */
  readonly batchSizes: Int32Array
  readonly fromDirection: number
  readonly toDirection: number
}

/** Multiply-adds from which a second thread is worth waking: about 0.1 ms of work, ten times the waking. */
const worthThreads = 3e6

/**
 * Splits a call for at most `threads` threads. Directions first: they need no other thread within a layer, and keep
 * the batch whole. Then sequences, which need no other thread at all, into ranges of about equally many rows.
 */
export function splitCall(spec: RecurrentSpec, batchSizes: Int32Array, threads: number): Part[] {
  const { D } = sizesOf(spec)
  const N = batchSizes[0] ?? 0
  const all = { firstSequence: 0, sequences: N, batchSizes, fromDirection: 0, toDirection: D }
  if (threads < 2 || multiplyAdds(spec, batchSizes) < worthThreads) return [all]
  const ranges = splitSequences(batchSizes, Math.max(1, Math.floor(threads / D)))
  return ranges.flatMap(([from, to]) => {
    const sizes = batchSizes.map((size) => Math.min(Math.max(size - from, 0), to - from))
    return Array.from({ length: D }, (_, direction) => ({
      firstSequence: from,
      sequences: to - from,
      batchSizes: sizes,
      fromDirection: direction,
      toDirection: direction + 1,
    }))
  })
}

function multiplyAdds(spec: RecurrentSpec, batchSizes: Int32Array): number {
  const sizes = sizesOf(spec)
  const { G, D, H, P } = sizes
  const rows = batchSizes.reduce((sum, size) => sum + size, 0)
  let perRow = 0
  for (let layer = 0; layer < spec.numLayers; layer++) {
    perRow += D * G * H * (layerInputSize(sizes, layer) + P)
  }
  return rows * perRow
}

/** Ranges of neighbouring sequences, none empty, with about the same number of timesteps in all. */
function splitSequences(batchSizes: Int32Array, most: number): [from: number, to: number][] {
  const N = batchSizes[0] ?? 0
  const lengths = new Int32Array(N)
  for (const size of batchSizes) for (let n = 0; n < size; n++) lengths[n] = (lengths[n] ?? 0) + 1
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const ranges: [number, number][] = []
  const count = Math.min(most, N)
  let from = 0
  let rows = 0
  for (let n = 0; n < N; n++) {
    rows += lengths[n] ?? 0
    const left = count - ranges.length - 1
    if (left > 0 && (rows >= (total * (ranges.length + 1)) / count || N - n - 1 === left)) {
      ranges.push([from, n + 1])
      from = n + 1
    }
  }
  ranges.push([from, N])
  return ranges
}
