import { describeValue } from '@unroll/kernels'
import { checkDataset, type Dataset, type DatasetLike, itemOf, placeOf } from './dataset.ts'

/**
 * Several datasets, one behind the other.
 *
 * ```ts
 * new ConcatDataset([['a', 'b'], ['c']]).get(2)   // 'c'
 * ```
 *
 * @see PyTorch: [torch.utils.data.ConcatDataset](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.ConcatDataset)
 */
export class ConcatDataset<Item> implements Dataset<Item> {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'ConcatDataset'

  readonly datasets: readonly DatasetLike<Item>[]

  /**
   * @throws TypeError if `datasets` are not an array of datasets
   * @throws RangeError if there are none
   */
  constructor(datasets: readonly DatasetLike<Item>[]) {
    const who = 'ConcatDataset'
    if (!Array.isArray(datasets)) {
      throw new TypeError(`${who}: expected an array of datasets, got ${describeValue(datasets)}`)
    }
    if (datasets.length === 0) throw new RangeError(`${who}: expected at least one dataset, got none`)
    for (const dataset of datasets) checkDataset(who, dataset)
    this.datasets = datasets
  }

  get length(): number {
    return this.datasets.reduce((sum, { length }) => sum + length, 0)
  }

  /** @throws RangeError if there is no such item. A negative index counts from the end. */
  get(index: number): Item | PromiseLike<Item> {
    let place = placeOf('ConcatDataset.get', index, this.length)
    for (const dataset of this.datasets) {
      if (place < dataset.length) return itemOf('ConcatDataset.get', dataset, place)
      place -= dataset.length
    }
    throw new RangeError('ConcatDataset.get: a dataset became shorter while it was read')
  }
}
