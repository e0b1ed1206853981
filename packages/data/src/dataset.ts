import { describeValue } from '@unroll/kernels'
import { Tensor } from '@unroll/tensor'

/**
 * What a loader reads items from: how many there are, and each by its index.
 *
 * @example
 * const squares = { length: 4, get: (i) => i * i }
 * const [batch] = new DataLoader(squares, { batchSize: 4 })
 * batch.toArray()   // [0, 1, 4, 9]
 */
export interface Dataset<Item> {
  readonly length: number
  /**
   * The item at `index`, from 0 to `length - 1`; or a promise of it, and then a loader is iterated over by `for await`.
   */
  get(index: number): Item | PromiseLike<Item>
}

/** A dataset, or an array of its items. */
export type DatasetLike<Item> = Dataset<Item> | readonly Item[]

/** @throws TypeError unless `dataset` is an array, or has `length` and `get` */
export function checkDataset(who: string, dataset: unknown): void {
  if (Array.isArray(dataset)) return
  const { length, get } = (dataset ?? {}) as { readonly length?: unknown; readonly get?: unknown }
  const isLength = typeof length === 'number' && Number.isInteger(length) && length >= 0
  if (typeof get === 'function' && isLength) return
  const wanted = `${who}: expected a dataset, which is an array or has length and get(index)`
  if (typeof get === 'function') {
    throw new TypeError(`${wanted}, got ${describeValue(dataset)} of length ${describeValue(length)}`)
  }
  const remedy = dataset instanceof Tensor ? '; write new TensorDataset(tensor)' : ''
  throw new TypeError(`${wanted}, got ${describeValue(dataset)}${remedy}`)
}

/**
 * The item at a place, or a promise of it.
 * @param index from 0; or from the end, if it is negative
 * @throws TypeError unless `index` is a whole number, RangeError if there is no such item
 */
export function itemOf<Item>(
  who: string,
  dataset: DatasetLike<Item>,
  index: number,
): Item | PromiseLike<Item> {
  const place = placeOf(who, index, dataset.length)
  return 'get' in dataset ? dataset.get(place) : (dataset[place] as Item)
}

/**
 * An index, counted from the start.
 * @throws TypeError unless `index` is a whole number, RangeError unless it is one of `length` items
 */
export function placeOf(who: string, index: number, length: number): number {
  if (!Number.isInteger(index)) {
    throw new TypeError(`${who}: expected an index to be a whole number, got ${describeValue(index)}`)
  }
  const place = index < 0 ? index + length : index
  if (place >= 0 && place < length) return place
  const range = length === 0 ? 'the dataset is empty' : `expected an index from ${-length} to ${length - 1}`
  throw new RangeError(`${who}: ${range}, got index ${index}`)
}
