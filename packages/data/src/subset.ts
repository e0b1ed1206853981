import { checkNumbers } from './checks.ts'
import { checkDataset, type Dataset, type DatasetLike, itemOf, placeOf } from './dataset.ts'

/**
 * Some items of a dataset: item `i` is that at `indices[i]`.
 *
 * ```ts
 * new Subset(['a', 'b', 'c'], [2, 0]).get(0)   // 'c'
 * ```
 *
 * @see PyTorch: [torch.utils.data.Subset](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.Subset)
 */
export class Subset<Item> implements Dataset<Item> {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'Subset'

  readonly dataset: DatasetLike<Item>
  readonly indices: readonly number[]

  /**
   * @throws TypeError if `dataset` is not one, or `indices` are not an array of numbers
   * @throws RangeError if an index is that of no item
   */
  constructor(dataset: DatasetLike<Item>, indices: readonly number[]) {
    checkDataset('Subset', dataset)
    const { length } = dataset
    const isIndex = (i: number): boolean => Number.isInteger(i) && i >= -length && i < length
    checkNumbers('Subset', 'indices', indices, `indices of ${length} items`, isIndex)
    this.dataset = dataset
    this.indices = indices
  }

  get length(): number {
    return this.indices.length
  }

  /** @throws RangeError if there is no such item. A negative index counts from the end. */
  get(index: number): Item | PromiseLike<Item> {
    const place = placeOf('Subset.get', index, this.length)
    return itemOf('Subset.get', this.dataset, this.indices[place] ?? place)
  }
}
