import { describeValue, optionsOf } from '@unroll/kernels'
import { defaultGenerator, type Generator, type RandomOptions } from '@unroll/tensor'
import { checkGenerator } from '@unroll/tensor/layers'
import { BatchSampler } from './batchSampler.ts'
import { checkCount, checkFlag, checkIterable } from './checks.ts'
import { checkDataset, type DatasetLike } from './dataset.ts'
import { defaultCollate } from './defaultCollate.ts'
import { RandomSampler } from './randomSampler.ts'
import type { Sampler } from './sampler.ts'
import { SequentialSampler } from './sequentialSampler.ts'

export interface DataLoaderOptions<Item, Batch> extends RandomOptions {
  /** How many items a batch has. Default 1. */
  readonly batchSize?: number
  /** Whether every epoch reads in another random order. Default false. */
  readonly shuffle?: boolean
  /** The order of the items, in place of `shuffle`. */
  readonly sampler?: Sampler
  /** The batches, in place of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: Sampler<readonly number[]>
  /** Leaves out a last batch of fewer items. Default false. */
  readonly dropLast?: boolean
  /** Makes one batch of items. Default: `defaultCollate`. */
  readonly collate?: (items: Item[]) => Batch | PromiseLike<Batch>
}

/** What a loader works with. */
interface LoaderSettings<Item, Batch> {
  readonly batchSampler: Sampler<readonly number[]>
  readonly collate: (items: Item[]) => Batch | PromiseLike<Batch>
  readonly generator: Generator
}

type Given<Item, Batch> = {
  readonly [Key in keyof DataLoaderOptions<Item, Batch>]-?: DataLoaderOptions<Item, Batch>[Key] | undefined
}

const who = 'DataLoader'

/**
 * @throws TypeError if `dataset` is not one, an option is unknown or of a wrong type, or two options contradict each other
 * @throws RangeError if `batchSize` is less than 1, or an empty dataset is to be shuffled
 */
export function settingsOf<Item, Batch>(
  dataset: DatasetLike<Item>,
  options: DataLoaderOptions<Item, Batch> | null | undefined,
): LoaderSettings<Item, Batch> {
  checkDataset(who, dataset)
  const given = optionsOf<Given<Item, Batch>>(who, options, notGiven, 'batchSize')
  if (given.generator !== undefined) checkGenerator(who, given.generator)
  if (given.collate !== undefined && typeof given.collate !== 'function') {
    throw new TypeError(`${who}: expected collate to be a function, got ${describeValue(given.collate)}`)
  }
  return {
    batchSampler: batchSamplerOf(dataset, given),
    // Without collate the type of a batch is that of defaultCollate.
    collate: given.collate ?? (defaultCollate as unknown as (items: Item[]) => Batch),
    generator: given.generator ?? defaultGenerator(),
  }
}

const notGiven = {
  batchSize: undefined,
  shuffle: undefined,
  sampler: undefined,
  batchSampler: undefined,
  dropLast: undefined,
  collate: undefined,
  generator: undefined,
}

function batchSamplerOf<Item, Batch>(
  dataset: DatasetLike<Item>,
  given: Given<Item, Batch>,
): Sampler<readonly number[]> {
  const { batchSize = 1, shuffle = false, sampler, batchSampler, dropLast = false, generator } = given
  if (batchSampler !== undefined) {
    const others = (['batchSize', 'shuffle', 'sampler', 'dropLast'] as const).filter(
      (key) => given[key] !== undefined,
    )
    if (others.length > 0) {
      throw new TypeError(
        `${who}: batchSampler makes whole batches, so expected no ${others.join(', ')} beside it; leave out one or the other`,
      )
    }
    checkIterable(who, 'batchSampler', batchSampler)
    return batchSampler
  }
  checkCount(who, 'batchSize', batchSize, 1)
  checkFlag(who, 'shuffle', shuffle)
  checkFlag(who, 'dropLast', dropLast)
  if (sampler === undefined) {
    const order = shuffle
      ? new RandomSampler(dataset, generator === undefined ? {} : { generator })
      : new SequentialSampler(dataset)
    return new BatchSampler(order, batchSize, { dropLast })
  }
  checkIterable(who, 'sampler', sampler)
  if (shuffle) {
    throw new TypeError(
      `${who}: sampler decides on the order, so expected no shuffle beside it; write { sampler: new RandomSampler(dataset) } to shuffle`,
    )
  }
  return new BatchSampler(sampler, batchSize, { dropLast })
}
