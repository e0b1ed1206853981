import { type DType, type Tensor, tensor } from '@unroll/tensor'
import { integersOf } from './arguments.ts'

/**
 * A batch of sequences of different lengths without padding, as PyTorch's `PackedSequence`: made by
 * {@link packPaddedSequence} or {@link packSequence}, understood by every recurrent layer. The sequences stand
 * longest first, so that those still running at a timestep are always the first rows.
 *
 * Sequences `a b c` and `x` pack to data `a x b c` with batch sizes `2 1 1`.
 */
export class PackedSequence {
  /** `(R, *)`: the rows of timestep 0, then of timestep 1, and so on. */
  readonly data: Tensor
  /** `(T)`, int64: how many sequences are still running at each timestep; never increasing. */
  readonly batchSizes: Tensor
  /** `(N)`, int64: which sequence of the batch as given stands at each place; null if it was sorted already. */
  readonly sortedIndices: Tensor | null
  /** `(N)`, int64: the inverse of `sortedIndices`. */
  readonly unsortedIndices: Tensor | null

  /** Rarely needed: use {@link packPaddedSequence} or {@link packSequence}. */
  constructor(
    data: Tensor,
    batchSizes: Tensor,
    sortedIndices: Tensor | null = null,
    unsortedIndices: Tensor | null = null,
  ) {
    this.data = data
    this.batchSizes = batchSizes
    this.sortedIndices = sortedIndices
    this.unsortedIndices = unsortedIndices ?? invertPermutation(sortedIndices)
  }

  /** The same sequences with `data` converted; this object if it has that dtype already. */
  to(dtype: DType): PackedSequence {
    if (dtype === this.data.dtype) return this
    return new PackedSequence(this.data.to(dtype), this.batchSizes, this.sortedIndices, this.unsortedIndices)
  }

  /** `to('float64')` */
  double(): PackedSequence {
    return this.to('float64')
  }

  /** `to('float32')` */
  float(): PackedSequence {
    return this.to('float32')
  }

  /** `to('float16')` */
  half(): PackedSequence {
    return this.to('float16')
  }

  /** `to('int64')` */
  long(): PackedSequence {
    return this.to('int64')
  }

  /** `to('int32')` */
  int(): PackedSequence {
    return this.to('int32')
  }

  /** `to('int16')` */
  short(): PackedSequence {
    return this.to('int16')
  }

  /** `to('int8')` */
  char(): PackedSequence {
    return this.to('int8')
  }

  /** `to('uint8')` */
  byte(): PackedSequence {
    return this.to('uint8')
  }

  /** `const [data, batchSizes, sortedIndices, unsortedIndices] = packed` */
  *[Symbol.iterator](): IterableIterator<Tensor | null> {
    yield* [this.data, this.batchSizes, this.sortedIndices, this.unsortedIndices]
  }

  /** As PyTorch prints it. */
  toString(): string {
    const [data, sizes, sorted, unsorted] = [
      this.data,
      this.batchSizes,
      this.sortedIndices,
      this.unsortedIndices,
    ].map((part) => part?.toString() ?? 'None')
    return `PackedSequence(data=${data}, batch_sizes=${sizes}, sorted_indices=${sorted}, unsorted_indices=${unsorted})`
  }
}

/**
 * The permutation that undoes `permutation` `(N)`, int64; null for null.
 * @throws RangeError if it is not a permutation
 *
 * ```ts
 * invertPermutation(tensor([2n, 0n, 1n])).toArray() // [1, 2, 0]
 * ```
 */
export function invertPermutation(permutation: Tensor): Tensor
export function invertPermutation(permutation: Tensor | null): Tensor | null
export function invertPermutation(permutation: Tensor | null): Tensor | null {
  if (permutation === null) return null
  const targets = integersOf('invertPermutation', 'permutation', permutation)
  const inverse = new BigInt64Array(targets.length).fill(-1n)
  targets.forEach((target, index) => {
    inverse[target] = BigInt(index)
  })
  if (inverse.includes(-1n)) {
    throw new RangeError(
      `invertPermutation: expected a permutation of 0 to ${targets.length - 1}, got ${permutation}`,
    )
  }
  return tensor(inverse)
}
