import { optionsOf } from '@unroll/kernels'
import { checkInteger, checkType } from '@unroll/nn/recurrent'
import { full, type Tensor } from '@unroll/tensor'
import { checkNumber, putRows, takeRows } from '@unroll/tensor/layers'
import { layoutOf, type PackedLayout } from './packedLayout.ts'
import { checkPacked, type PackedSequence } from './packedSequence.ts'
import { int64 } from './packPaddedSequence.ts'
import { packedPlaces, paddedRows } from './rows.ts'

export interface PadPackedOptions {
  /** The result is `(N, T, *)`. Default false. */
  readonly batchFirst?: boolean
  /** The value after the end of a sequence. Default 0. */
  readonly paddingValue?: number
  /** `T` of the result, at least the longest sequence. Default: the longest sequence. */
  readonly totalLength?: number | null
}

const padPackedDefaults: Required<PadPackedOptions> = {
  batchFirst: false,
  paddingValue: 0,
  totalLength: null,
}

/**
 * Pads a packed batch: the inverse of `packPaddedSequence`. The sequences are in their original order.
 *
 * ```ts
 * const packed = packSequence([ones([3, 2]), ones([1, 2])])
 * const [padded, lengths] = padPackedSequence(packed, { batchFirst: true })
 * padded.shape   // [2, 3, 2]
 * ```
 *
 * @returns the padded batch `(T, N, *)`, or `(N, T, *)` if `batchFirst`, and the lengths `(N)`, int64
 * @throws TypeError if `packed` is not a PackedSequence, or an option is unknown or of a wrong type
 * @throws RangeError if `totalLength` is less than the longest sequence
 * @see PyTorch: [torch.nn.utils.rnn.pad_packed_sequence](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html)
 */
export function padPackedSequence(
  packed: PackedSequence,
  options?: PadPackedOptions | null,
): [padded: Tensor, lengths: Tensor] {
  const who = 'padPackedSequence'
  checkPacked(who, packed)
  const { batchFirst, paddingValue, totalLength } = optionsOf(who, options, padPackedDefaults, 'batchFirst')
  checkType(who, 'batchFirst', batchFirst, 'boolean')
  checkNumber(who, 'paddingValue', paddingValue)
  if (totalLength !== null) checkInteger(who, 'totalLength', totalLength)
  const { data } = packed
  const layout = layoutOf(who, packed)
  const { batchSizes } = layout
  const T = totalLength ?? batchSizes.length
  if (T < batchSizes.length) {
    throw new RangeError(
      `${who}: expected totalLength of at least the longest sequence, ${batchSizes.length}, got ${totalLength}`,
    )
  }
  const lengths = givenLengths(layout)
  const N = lengths.length
  const rowOf = paddedRows(T, N, batchFirst)
  const places = new Int32Array(data.size(0))
  let row = 0
  for (const [t, size] of batchSizes.entries()) {
    for (let place = 0; place < size; place++) places[row++] = rowOf(t, layout.order?.[place] ?? place)
  }
  const padding = full([], paddingValue, { dtype: data.dtype })
  const rows = putRows('PadPackedSequenceBackward', [data], [places], T * N, padding)
  const padded = rows.view([...(batchFirst ? [N, T] : [T, N]), ...data.shape.slice(1)])
  return [padded, int64(lengths)]
}

/**
 * The sequences of a packed batch in their original order, the inverse of `packSequence`.
 * @returns tensors `(T_n, *)`
 * @throws TypeError if `packed` is not a PackedSequence
 * @see PyTorch: [torch.nn.utils.rnn.unpack_sequence](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpack_sequence.html)
 */
export function unpackSequence(packed: PackedSequence): Tensor[] {
  const who = 'unpackSequence'
  checkPacked(who, packed)
  const { data } = packed
  const layout = layoutOf(who, packed)
  const places = packedPlaces(layout.batchSizes, layout.lengths)
  const given = layout.places?.flatMap((place) => places[place] ?? []) ?? places
  return takeRows('UnpackSequenceBackward', data, given)
}

/** The lengths in the order in which the sequences were given. */
function givenLengths({ lengths, places }: PackedLayout): readonly number[] {
  return places?.map((place) => lengths[place] ?? 0) ?? lengths
}
