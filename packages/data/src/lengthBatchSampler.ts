import { optionsOf } from '@unroll/kernels'
import type { Generator, RandomOptions } from '@unroll/tensor'
import { checkGenerator } from '@unroll/tensor/layers'
import type { BatchSamplerOptions } from './batchSampler.ts'
import { checkCount, checkFlag, checkNumbers } from './checks.ts'
import { permutation } from './drawIndices.ts'
import type { Sampler } from './sampler.ts'

export interface LengthBatchSamplerOptions extends BatchSamplerOptions, RandomOptions {
  /**
   * How many batches are sorted together. More of them mean less padding; fewer, that items meet more different ones.
   * Default 100.
   */
  readonly batchesPerBucket?: number
}

interface Given {
  readonly batchesPerBucket: number
  readonly dropLast: boolean
  readonly generator: Generator | undefined
}

/**
 * Batches of items of similar length, so that little is padded: all items are shuffled and dealt into buckets, each bucket
 * is sorted and cut into batches, and all batches are shuffled. In a batch the longest item comes first, as
 * `enforceSorted` wants it.
 *
 * ```ts
 * const sequences = [ones([2, 3]), ones([9, 3]), ones([1, 3]), ones([8, 3])]
 * const batchSampler = new LengthBatchSampler(sequences.map((sequence) => sequence.size(0)), 2)
 * const loader = new DataLoader(sequences, { batchSampler, collate: packCollate() })
 * loader.length   // 2
 * ```
 */
export class LengthBatchSampler implements Sampler<readonly number[]> {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'LengthBatchSampler'

  readonly lengths: readonly number[]
  readonly batchSize: number
  readonly batchesPerBucket: number
  readonly dropLast: boolean
  readonly generator: Generator

  /**
   * @param lengths of each item of the dataset
   * @throws TypeError if `lengths` are not an array of numbers, or an option is unknown or of a wrong type
   * @throws RangeError if a length is negative, or a size is less than 1
   */
  constructor(lengths: readonly number[], batchSize: number, options?: LengthBatchSamplerOptions | null) {
    const who = 'LengthBatchSampler'
    checkNumbers(who, 'lengths', lengths, '0 or more', (length) => length >= 0)
    checkCount(who, 'batchSize', batchSize, 1)
    const defaults: Given = { batchesPerBucket: 100, dropLast: false, generator: undefined }
    const { batchesPerBucket, dropLast, generator } = optionsOf(who, options, defaults, 'batchesPerBucket')
    checkCount(who, 'batchesPerBucket', batchesPerBucket, 1)
    checkFlag(who, 'dropLast', dropLast)
    this.lengths = lengths
    this.batchSize = batchSize
    this.batchesPerBucket = batchesPerBucket
    this.dropLast = dropLast
    this.generator = checkGenerator(who, generator)
  }

  get length(): number {
    const batches = this.lengths.length / this.batchSize
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches)
  }

  get generators(): readonly Generator[] {
    return [this.generator]
  }

  *[Symbol.iterator](): IterableIterator<readonly number[]> {
    const { lengths, batchSize, batchesPerBucket, generator } = this
    const order = permutation(lengths.length, generator)
    const batches = chunksOf(order, batchSize * batchesPerBucket).flatMap((bucket) =>
      chunksOf(
        bucket.sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0)),
        batchSize,
      ),
    )
    // Only the last one can have fewer indices.
    const whole = batches.slice(0, this.length)
    for (const i of permutation(whole.length, generator)) yield whole[i] ?? []
  }
}

function chunksOf<Item>(list: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
}
