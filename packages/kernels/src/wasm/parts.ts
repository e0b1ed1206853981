import type { RecurrentSpec } from '../contract/recurrent.ts'
import { gateCount } from '../spec/kinds.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { blockCount } from './panels.ts'

/** What one thread computes of a call: some of its sequences, directions and hidden units. */
export interface Part {
  readonly firstSequence: number
  readonly sequences: number
  /** `(T)`: how many of the part's sequences are still running. The last ones may be zeros. */
  readonly batchSizes: Int32Array
  readonly fromDirection: number
  readonly toDirection: number
  /** Blocks of columns, and so hidden units. */
  readonly fromBlock: number
  readonly toBlock: number
  /** Parts of one group differ only in their blocks, and meet after every timestep. */
  readonly group: number
}

/** From so many multiply-adds on a second thread is worth waking: about 0.1 ms of work, ten times as long as the waking. */
export const worthThreads = 3e6

/** From so many multiply-adds of a timestep for each thread on, meeting after every timestep is worth it: about a microsecond. */
const worthMeeting = 32768

/** From so many sequences for each thread on, sequences are shared out, not hidden units. */
const enoughSequences = 4

/**
 * Splits a call for at most `threads` threads. Directions come first: they do not need each other within a layer, and keep the
 * batch whole. Then come sequences, which do not need each other at all, in ranges of about equally many rows. Where there
 * are few sequences, hidden units come instead; their threads have to meet after every timestep.
 */
export function splitCall(spec: RecurrentSpec, batchSizes: Int32Array, threads: number): Part[] {
  const all = wholeCall(spec, batchSizes)
  if (threads < 2 || multiplyAdds(spec, batchSizes) < worthThreads) return [all]
  const { D } = sizesOf(spec)
  const { sequences: N, toBlock: blocks } = all
  const ways = Math.max(1, Math.floor(threads / D))
  const byUnits = N < enoughSequences * ways ? unitRanges(spec, N, blocks, ways) : null
  const sequenceRanges = byUnits ? [[0, N] as const] : splitSequences(batchSizes, ways)
  const blockRanges = byUnits ?? [[0, blocks] as const]
  return sequenceRanges.flatMap(([from, to], range) => {
    const sizes = batchSizes.map((size) => Math.min(Math.max(size - from, 0), to - from))
    return Array.from({ length: D }, (_, direction) =>
      blockRanges.map(([fromBlock, toBlock]) => ({
        firstSequence: from,
        sequences: to - from,
        batchSizes: sizes,
        fromDirection: direction,
        toDirection: direction + 1,
        fromBlock,
        toBlock,
        group: range * D + direction,
      })),
    ).flat()
  })
}

/** All sequences, directions and hidden units: the call of a single thread. */
export function wholeCall(spec: RecurrentSpec, batchSizes: Int32Array): Part {
  const { D, G, H } = sizesOf(spec)
  return {
    firstSequence: 0,
    sequences: batchSizes[0] ?? 0,
    batchSizes,
    fromDirection: 0,
    toDirection: D,
    fromBlock: 0,
    toBlock: blockCount(spec.dtype, H, G),
    group: 0,
  }
}

/** How many multiply-adds a call's products with weights have, without projections. */
export function multiplyAdds(spec: RecurrentSpec, batchSizes: Int32Array): number {
  const sizes = sizesOf(spec)
  const { G, D, H, P } = sizes
  const rows = batchSizes.reduce((sum, size) => sum + size, 0)
  let perRow = 0
  for (let layer = 0; layer < spec.numLayers; layer++) {
    perRow += D * G * H * (layerInputSize(sizes, layer) + P)
  }
  return rows * perRow
}

/** A range of blocks for each thread; null where a timestep is too little work, or a projection needs all units at once. */
function unitRanges(
  spec: RecurrentSpec,
  N: number,
  blocks: number,
  ways: number,
): (readonly [from: number, to: number])[] | null {
  const { H } = sizesOf(spec)
  const ofTimestep = N * gateCount(spec.mode) * H * H
  const count = Math.min(ways, blocks, Math.floor(ofTimestep / worthMeeting))
  if (spec.projSize > 0 || count < 2) return null
  const from = (part: number): number => Math.round((part * blocks) / count)
  return Array.from({ length: count }, (_, part) => [from(part), from(part + 1)] as const)
}

/** Ranges of neighbouring sequences, none of them empty, with about equally many timesteps in all. */
export function splitSequences(
  batchSizes: Int32Array,
  most: number,
): (readonly [from: number, to: number])[] {
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
