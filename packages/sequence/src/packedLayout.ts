import { checkTensor, type Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { integersOf } from './integersOf.ts'

/** The parts of a packed batch: see PackedSequence. */
export interface PackedParts {
  readonly data: Tensor
  readonly batchSizes: Tensor
  readonly sortedIndices: Tensor | null
  readonly unsortedIndices: Tensor | null
}

/** The numbers of a packed batch, checked to agree with each other and with its rows. */
export interface PackedLayout {
  /**
   * `(T)`: how many sequences are running at each timestep. At least 1, never increasing; their sum is the number of
   * rows.
   */
  readonly batchSizes: readonly number[]
  /** `(N)`: timesteps of each sequence, in packed order: longest first. */
  readonly lengths: readonly number[]
  /** `(N)`: which of the given sequences is at each place; null if they are in the given order. */
  readonly order: readonly number[] | null
  /** `(N)`: the inverse of `order`. */
  readonly places: readonly number[] | null
}

/**
 * Reads a packed batch and checks that it does not contradict itself. The constructor of PackedSequence runs this. All
 * functions that read a packed sequence run it again, because the elements of tensors may have changed. It takes
 * `T + N` steps, whatever the numbers are.
 * @throws TypeError if a part is not a tensor, or batch sizes or indices are not whole numbers
 * @throws RangeError if they contradict each other
 */
export function layoutOf(who: string, parts: PackedParts): PackedLayout {
  const { data } = parts
  checkTensor(who, 'data', data)
  if (data.ndim === 0) throw new RangeError(`${who}: expected data of at least 1 dimension, got shape ()`)
  const batchSizes = batchSizesOf(who, parts.batchSizes, data)
  const lengths = lengthsOf(batchSizes)
  const indicesOf = (what: 'sortedIndices' | 'unsortedIndices'): number[] | null => {
    const indices = parts[what]
    return indices === null ? null : permutationOf(who, what, indices, lengths.length)
  }
  const [order, places] = [indicesOf('sortedIndices'), indicesOf('unsortedIndices')]
  const undone = order?.every((index, place) => places?.[index] === place) ?? places === null
  if (!undone) {
    throw new RangeError(
      `${who}: expected unsortedIndices to be the inverse of sortedIndices, ` +
        `got ${listed(places)} for ${listed(order)}; leave one out to have it computed`,
    )
  }
  return { batchSizes, lengths, order, places }
}

function batchSizesOf(who: string, tensor: Tensor, data: Tensor): number[] {
  checkTensor(who, 'batchSizes', tensor)
  const sizes = integersOf(who, 'batchSizes', tensor)
  const wrong = (expected: string): RangeError =>
    new RangeError(`${who}: expected batchSizes ${expected}, got ${listed(sizes)}`)
  if (sizes.length === 0) throw wrong('of at least one timestep')
  let rows = 0
  let running = Number.POSITIVE_INFINITY
  for (const size of sizes) {
    if (size < 1) throw wrong('to be at least 1')
    if (size > running) throw wrong('that never increase, the longest sequence standing first')
    running = size
    rows += size
  }
  if (rows === data.size(0)) return sizes
  throw new RangeError(
    `${who}: expected batchSizes whose sum is the rows of data ${shapeText(data.shape)}, ` +
      `got ${listed(sizes)}, in all ${rows}`,
  )
}

/**
 * Checked batch sizes never increase. Where a size is smaller than the one before, the difference is the number of
 * sequences that ended.
 */
function lengthsOf(batchSizes: readonly number[]): number[] {
  const lengths = new Array<number>(batchSizes[0] ?? 0)
  for (let t = batchSizes.length; t > 0; t--) lengths.fill(t, batchSizes[t] ?? 0, batchSizes[t - 1])
  return lengths
}

/**
 * The numbers of a permutation of 0 to `count - 1`.
 * @param count default: as many as there are numbers
 * @throws TypeError if it is not a tensor of whole numbers, RangeError if it is not a permutation
 */
export function permutationOf(who: string, what: string, source: Tensor, count?: number): number[] {
  checkTensor(who, what, source)
  const values = integersOf(who, what, source)
  const N = count ?? values.length
  const seen = new Set(values.filter((value) => value >= 0 && value < N))
  if (values.length === N && seen.size === N) return values
  throw new RangeError(`${who}: expected ${what} to be a permutation of 0 to ${N - 1}, got ${listed(values)}`)
}

/** The most numbers that a message shows. */
const longestList = 20

function listed(values: readonly number[] | null): string {
  if (values === null) return 'null'
  const rest = values.length > longestList ? ', ...' : ''
  return `[${values.slice(0, longestList).join(', ')}${rest}]`
}
