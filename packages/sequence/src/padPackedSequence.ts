import { empty, full, type Tensor } from '@unroll/tensor'
import { describe, integersOf } from './arguments.ts'
import { PackedSequence } from './packedSequence.ts'
import { int64 } from './packPaddedSequence.ts'
import { scatterRows, type Track, trackOf, tracksOf } from './tracks.ts'

export interface PadPackedOptions {
  /** The result is `(N, T, *)`. Default false. */
  readonly batchFirst?: boolean
  /** What fills the places behind the end of a sequence. Default 0. */
  readonly paddingValue?: number
  /** `T` of the result, at least the longest sequence. Default: the longest sequence. */
  readonly totalLength?: number | null
}

/**
 * Pads a packed batch, the inverse of `packPaddedSequence`: sequences stand in their original order.
 *
 * ```ts
 * const [padded, lengths] = padPackedSequence(packed, { batchFirst: true })
 * ```
 *
 * @returns the padded batch `(T, N, *)`, or `(N, T, *)` if `batchFirst`, and the lengths `(N)`, int64
 * @throws RangeError if `totalLength` is less than the longest sequence
 */
export function padPackedSequence(
  packed: PackedSequence,
  { batchFirst = false, paddingValue = 0, totalLength = null }: PadPackedOptions = {},
): [padded: Tensor, lengths: Tensor] {
  const who = 'padPackedSequence'
  const { data, batchSizes, lengths } = read(who, packed)
  const T = totalLength ?? batchSizes.length
  if (!(T >= batchSizes.length)) {
    throw new RangeError(
      `${who}: expected totalLength of at least the longest sequence, ${batchSizes.length}, got ${totalLength}`,
    )
  }
  const N = lengths.length
  const lead = batchFirst ? [N, T] : [T, N]
  const padded = full([...lead, ...data.shape.slice(1)], paddingValue, { dtype: data.dtype })
  scatter(packed, batchSizes, tracksOf(padded, batchFirst))
  return [padded, int64(lengths)]
}

/**
 * The sequences of a packed batch in their original order, the inverse of `packSequence`.
 * @returns tensors `(T_n, *)`
 */
export function unpackSequence(packed: PackedSequence): Tensor[] {
  const { data, batchSizes, lengths } = read('unpackSequence', packed)
  const sequences = lengths.map((length) => empty([length, ...data.shape.slice(1)], { dtype: data.dtype }))
  scatter(packed, batchSizes, sequences.map(trackOf))
  return sequences
}

/** A packed batch's sizes as numbers, the lengths in the original order. */
function read(
  who: string,
  packed: PackedSequence,
): { data: Tensor; batchSizes: readonly number[]; lengths: readonly number[] } {
  if (!(packed instanceof PackedSequence)) {
    throw new TypeError(`${who}: expected a PackedSequence, got ${describe(packed)}`)
  }
  const batchSizes = integersOf(who, 'batchSizes', packed.batchSizes)
  const sorted = new Array<number>(batchSizes[0] ?? 0).fill(0)
  for (const size of batchSizes) for (let n = 0; n < size; n++) sorted[n] = (sorted[n] ?? 0) + 1
  const places = packed.unsortedIndices && integersOf(who, 'unsortedIndices', packed.unsortedIndices)
  return { data: packed.data, batchSizes, lengths: places?.map((place) => sorted[place] ?? 0) ?? sorted }
}

/** Copies a packed batch into tracks that stand in the original order. */
function scatter(packed: PackedSequence, batchSizes: readonly number[], tracks: readonly Track[]): void {
  const order = packed.sortedIndices && integersOf('PackedSequence', 'sortedIndices', packed.sortedIndices)
  scatterRows(packed.data, batchSizes, order?.flatMap((index) => tracks[index] ?? []) ?? tracks)
}
