import { optionsOf } from '@unroll/kernels'
import type { Generator } from '@unroll/tensor'
import { checkCount, checkFlag, checkIterable } from './checks.ts'
import { lengthOf, type Sampler } from './sampler.ts'

export interface BatchSamplerOptions {
  /** Leaves out a last batch of fewer indices. Default false. */
  readonly dropLast?: boolean
}

/**
 * The indices of another sampler, in batches.
 *
 * ```ts
 * [...new BatchSampler([4, 3, 2, 1, 0], 2)]   // [[4, 3], [2, 1], [0]]
 * ```
 *
 * @see PyTorch: [torch.utils.data.BatchSampler](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler)
 */
export class BatchSampler implements Sampler<readonly number[]> {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'BatchSampler'

  readonly sampler: Sampler
  readonly batchSize: number
  readonly dropLast: boolean

  /**
   * @throws TypeError if `sampler` is not iterable, or a size or an option is of a wrong type
   * @throws RangeError if `batchSize` is less than 1
   */
  constructor(sampler: Sampler, batchSize: number, options?: BatchSamplerOptions | null) {
    const who = 'BatchSampler'
    checkIterable(who, 'sampler', sampler)
    checkCount(who, 'batchSize', batchSize, 1)
    const { dropLast } = optionsOf(who, options, { dropLast: false }, 'dropLast')
    checkFlag(who, 'dropLast', dropLast)
    this.sampler = sampler
    this.batchSize = batchSize
    this.dropLast = dropLast
  }

  /** @throws TypeError if the sampler has no length */
  get length(): number {
    const batches = lengthOf('BatchSampler.length', this.sampler) / this.batchSize
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches)
  }

  get generators(): readonly Generator[] {
    return this.sampler.generators ?? []
  }

  *[Symbol.iterator](): IterableIterator<readonly number[]> {
    let batch: number[] = []
    for (const index of this.sampler) {
      batch.push(index)
      if (batch.length < this.batchSize) continue
      yield batch
      batch = []
    }
    if (batch.length > 0 && !this.dropLast) yield batch
  }
}
