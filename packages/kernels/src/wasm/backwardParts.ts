import type { RecurrentSpec } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import { multiplyAdds, splitSequences, worthThreads } from './parts.ts'

/** Some neighbouring sequences of a batch. */
export interface SequenceRange {
  readonly firstSequence: number
  readonly sequences: number
  /** `(T)`: how many of them are still running. The last ones may be zeros. */
  readonly batchSizes: Int32Array
  /** How many rows they have in all. */
  readonly rows: number
}

/** How a walk back is shared among threads. */
export interface BackwardParts {
  readonly ranges: readonly SequenceRange[]
  /** Directions that are walked at the same time; else one after the other. */
  readonly directionsAtOnce: number
}

/** Splits a walk back for at most `threads` threads: directions first, then sequences. */
export function splitBackward(spec: RecurrentSpec, batchSizes: Int32Array, threads: number): BackwardParts {
  const { D } = sizesOf(spec)
  const isShared = threads > 1 && multiplyAdds(spec, batchSizes) >= worthThreads
  const ranges = splitSequences(batchSizes, isShared ? Math.max(1, Math.floor(threads / D)) : 1)
  return {
    ranges: ranges.map(([from, to]) => {
      const sizes = batchSizes.map((size) => Math.min(Math.max(size - from, 0), to - from))
      return {
        firstSequence: from,
        sequences: to - from,
        batchSizes: sizes,
        rows: sizes.reduce((sum, size) => sum + size, 0),
      }
    }),
    directionsAtOnce: isShared && threads >= D ? D : 1,
  }
}
