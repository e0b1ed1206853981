import { describeValue, optionsOf } from '@unroll/kernels'
import { checkedOptions } from '@unroll/nn'
import { checkType } from '@unroll/nn/recurrent'
import { checkTensor, full, RuntimeError, type Tensor } from '@unroll/tensor'
import { checkNumber, putRows, shapeText, takeRows } from '@unroll/tensor/layers'
import { integersOf } from './integersOf.ts'
import { checkSequences } from './packPaddedSequence.ts'
import { asRows, paddedRows, placesOf } from './rows.ts'

export interface PadOptions {
  /** The result is `(N, T, *)`. Default false. */
  readonly batchFirst?: boolean
  /** The value at places where a sequence has no timestep. Default 0. */
  readonly paddingValue?: number
  /** Whether padding comes after the sequence (right) or before it (left). Default `right`. */
  readonly paddingSide?: 'left' | 'right'
}

const padDefaults: Required<PadOptions> = { batchFirst: false, paddingValue: 0, paddingSide: 'right' }

/**
 * Stacks sequences of different lengths into one batch.
 *
 * ```ts
 * padSequence([ones([25, 300]), ones([22, 300]), ones([15, 300])]).shape // [25, 3, 300]
 * ```
 *
 * @param sequences each `(T_n, *)`, with the same trailing dimensions and dtype
 * @returns `(T, N, *)`, or `(N, T, *)` if `batchFirst`; T is the longest length
 * @throws TypeError if they are not an array of tensors, or an option is unknown or of a wrong type
 * @throws RuntimeError if there is no sequence, they do not fit together, or `paddingSide` is unknown
 * @see PyTorch: [torch.nn.utils.rnn.pad_sequence](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html)
 */
export function padSequence(sequences: readonly Tensor[], options?: PadOptions | null): Tensor {
  const who = 'padSequence'
  const { dtype, shape } = checkSequences(who, sequences)
  const { batchFirst, paddingValue, paddingSide } = optionsOf(who, options, padDefaults, 'batchFirst')
  checkType(who, 'batchFirst', batchFirst, 'boolean')
  checkNumber(who, 'paddingValue', paddingValue)
  if (paddingSide !== 'left' && paddingSide !== 'right') {
    throw new RuntimeError(
      `${who}: expected paddingSide to be left or right, got ${describeValue(paddingSide)}`,
    )
  }
  const lengths = sequences.map((sequence) => sequence.size(0))
  const [T, N] = [Math.max(...lengths), sequences.length]
  const rowOf = paddedRows(T, N, batchFirst)
  const places = lengths.map((length, n) => {
    const first = paddingSide === 'left' ? T - length : 0
    return placesOf(length, (t) => rowOf(first + t, n))
  })
  const padding = full([], paddingValue, { dtype })
  const rows = putRows('PadSequenceBackward0', sequences, places, T * N, padding)
  return rows.view([...(batchFirst ? [N, T] : [T, N]), ...shape.slice(1)])
}

/**
 * Cuts a batch that is padded on the right into its sequences: the inverse of {@link padSequence}.
 *
 * @param padded `(T, N, *)`, or `(N, T, *)` if `batchFirst`
 * @param lengths `(N)`: timesteps of each sequence, from 0 to `T`
 * @returns fresh tensors `(T_n, *)`
 * @throws TypeError if `padded` is not a tensor, lengths are not whole numbers, or an option is unknown or of a wrong
 * type
 * @throws RangeError if a length is missing, negative, or longer than `T`
 * @see PyTorch: [torch.nn.utils.rnn.unpad_sequence](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpad_sequence.html)
 */
export function unpadSequence(
  padded: Tensor,
  lengths: readonly number[] | Tensor,
  options?: Pick<PadOptions, 'batchFirst'> | null,
): Tensor[] {
  const who = 'unpadSequence'
  checkTensor(who, 'padded', padded)
  const { batchFirst } = checkedOptions(who, options, { batchFirst: false }, 'batchFirst')
  if (padded.ndim < 2) {
    throw new RangeError(`${who}: expected at least 2 dimensions, got shape ${shapeText(padded.shape)}`)
  }
  const steps = integersOf(who, 'lengths', lengths)
  const [N, T] = batchFirst ? [padded.size(0), padded.size(1)] : [padded.size(1), padded.size(0)]
  if (steps.length !== N) {
    throw new RangeError(`${who}: expected as many lengths as sequences, ${N}, got ${steps.length}`)
  }
  if (steps.some((length) => length < 0 || length > T)) {
    throw new RangeError(`${who}: expected lengths from 0 to ${T}, the timesteps, got [${steps.join(', ')}]`)
  }
  const rowOf = paddedRows(T, N, batchFirst)
  const places = steps.map((length, n) => placesOf(length, (t) => rowOf(t, n)))
  return takeRows('UnpadSequenceBackward', asRows(padded), places)
}
