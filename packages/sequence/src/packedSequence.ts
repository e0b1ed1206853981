import { describeValue } from '@unroll/kernels'
import { checkTensor, type DType, isTensorClone, Tensor, type TensorClone, tensor } from '@unroll/tensor'
import { layoutOf, type PackedParts, permutationOf } from './packedLayout.ts'

/**
 * What `structuredClone`, `postMessage` and JSON make of a packed sequence. {@link PackedSequence.from} turns it into
 * one again.
 */
export type PackedClone = {
  readonly [Part in keyof PackedParts]: Exclude<PackedParts[Part], Tensor> | Tensor | TensorClone
}

/**
 * A batch of sequences of different lengths without padding, like PyTorch's `PackedSequence`.
 * {@link packPaddedSequence} and {@link packSequence} make it, and every recurrent layer takes it. The longest sequence
 * comes first, so the sequences that still run at a timestep are always its first rows.
 *
 * Sequences `a b c` and `x` are packed to data `a x b c` with batch sizes `2 1 1`.
 * @see PyTorch: [torch.nn.utils.rnn.PackedSequence](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.PackedSequence.html)
 */
export class PackedSequence implements PackedParts {
  /** The name in errors. It is a string, which minifiers do not change. */
  static readonly name: string = 'PackedSequence'

  /** `(R, *)`: the rows of timestep 0, then of timestep 1, and so on. */
  readonly data: Tensor
  /** `(T)`, int64: how many sequences are still running at each timestep; never increasing. */
  readonly batchSizes: Tensor
  /** `(N)`, int64: which of the given sequences is at each place; null if they were already sorted. */
  readonly sortedIndices: Tensor | null
  /** `(N)`, int64: the inverse of `sortedIndices`. */
  readonly unsortedIndices: Tensor | null

  /**
   * Rarely needed: use {@link packPaddedSequence} or {@link packSequence}. If only one of the indices is given, the
   * other is computed.
   * @throws TypeError if a part is not a tensor, or batch sizes or indices are not whole numbers
   * @throws RangeError if the parts contradict each other: batch sizes that increase, that are less than 1 or whose sum
   * is not the number of rows of `data`; indices that are not a permutation of the sequences, or not the inverse of
   * each other
   */
  constructor(
    data: Tensor,
    batchSizes: Tensor,
    sortedIndices: Tensor | null = null,
    unsortedIndices: Tensor | null = null,
  ) {
    const parts: PackedParts = {
      data,
      batchSizes,
      sortedIndices: sortedIndices ?? inverseOf('unsortedIndices', unsortedIndices),
      unsortedIndices: unsortedIndices ?? inverseOf('sortedIndices', sortedIndices),
    }
    layoutOf('PackedSequence', parts)
    this.data = data
    this.batchSizes = batchSizes.to('int64')
    this.sortedIndices = parts.sortedIndices?.to('int64') ?? null
    this.unsortedIndices = parts.unsortedIndices?.to('int64') ?? null
  }

  /**
   * Turns a clone into a packed sequence again. A packed sequence stays as it is.
   * @throws TypeError, RangeError like the constructor
   *
   * @example
   * const clone = structuredClone(packed)   // or what postMessage brought
   * lstm.forward(PackedSequence.from(clone))
   */
  static from(clone: PackedSequence | PackedClone): PackedSequence {
    if (clone instanceof PackedSequence) return clone
    if (!hasParts(clone)) checkPacked('PackedSequence.from', clone)
    const { data, batchSizes, sortedIndices, unsortedIndices } = clone
    return new PackedSequence(
      partOf('data', data),
      partOf('batchSizes', batchSizes),
      sortedIndices && partOf('sortedIndices', sortedIndices),
      unsortedIndices && partOf('unsortedIndices', unsortedIndices),
    )
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

  /** The packed sequence as PyTorch prints it. */
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

/** @throws TypeError unless `value` is a PackedSequence */
export function checkPacked(who: string, value: unknown): asserts value is PackedSequence {
  if (value instanceof PackedSequence) return
  throw new TypeError(`${who}: expected a PackedSequence, got ${describeValue(value)}${remedyFor(value)}`)
}

/**
 * True for a value that is probably meant as a packed sequence: a clone of one, one from another copy of this package,
 * or results that begin with one.
 */
export function isMeantAsPacked(value: unknown): boolean {
  return hasParts(value) || (Array.isArray(value) && value[0] instanceof PackedSequence)
}

function remedyFor(value: unknown): string {
  if (value instanceof Tensor) return '; packPaddedSequence makes one'
  if (hasParts(value)) {
    return isTensorClone(value.data)
      ? ', a clone of one; PackedSequence.from makes it one again'
      : ' of another copy of @unroll/sequence; let every package use the same one (npm ls @unroll/sequence, npm dedupe)'
  }
  if (!Array.isArray(value)) return ''
  if (value[0] instanceof PackedSequence) {
    return ', the first of them a PackedSequence; recurrent layers return [output, hn]: take the first'
  }
  return value[0] instanceof Tensor ? '; packSequence makes one of a list of tensors' : ''
}

function hasParts(value: unknown): value is PackedClone {
  return typeof value === 'object' && value !== null && 'data' in value && 'batchSizes' in value
}

function partOf(what: string, part: Tensor | TensorClone): Tensor {
  if (isTensorClone(part)) return tensor(part)
  checkTensor('PackedSequence.from', what, part)
  return part
}

/**
 * The permutation that undoes `permutation` `(N)`, int64; null for null.
 * @throws TypeError if it is not a tensor of whole numbers, RangeError if it is not a permutation
 *
 * ```ts
 * invertPermutation(tensor([2n, 0n, 1n])).toArray() // [1, 2, 0]
 * ```
 * @see PyTorch: [torch.nn.utils.rnn.invert_permutation](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.invert_permutation.html)
 */
export function invertPermutation(permutation: Tensor): Tensor
export function invertPermutation(permutation: Tensor | null): Tensor | null
export function invertPermutation(permutation: Tensor | null): Tensor | null {
  return inverseOf('permutation', permutation, 'invertPermutation')
}

function inverseOf(what: string, permutation: Tensor | null, who = 'PackedSequence'): Tensor | null {
  if (permutation === null) return null
  const targets = permutationOf(who, what, permutation)
  const inverse = new BigInt64Array(targets.length)
  targets.forEach((target, index) => {
    inverse[target] = BigInt(index)
  })
  return tensor(inverse)
}
