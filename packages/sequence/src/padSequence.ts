import { describeValue, optionsOf } from '@unroll/kernels'
import { checkedOptions } from '@unroll/nn'
import { checkType } from '@unroll/nn/recurrent'
import { checkTensor, empty, full, RuntimeError, type Tensor } from '@unroll/tensor'
import { checkNumber, shapeText } from '@unroll/tensor/layers'
import { integersOf } from './integersOf.ts'
import { checkSequences } from './packPaddedSequence.ts'
import { copyTrack, trackOf, tracksOf } from './tracks.ts'

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
  const lead = batchFirst ? [N, T] : [T, N]
  const padded = full([...lead, ...shape.slice(1)], paddingValue, { dtype })
  const tracks = sequences.map(trackOf)
  tracksOf(padded, batchFirst).forEach((to, n) => {
    const [from, length = 0] = [tracks[n], lengths[n]]
    if (from) copyTrack(from, to, length, paddingSide === 'left' ? T - length : 0)
  })
  return padded
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
  const tracks = tracksOf(padded, batchFirst)
  if (steps.length !== tracks.length) {
    throw new RangeError(
      `${who}: expected as many lengths as sequences, ${tracks.length}, got ${steps.length}`,
    )
  }
  const T = padded.size(batchFirst ? 1 : 0)
  if (steps.some((length) => length < 0 || length > T)) {
    throw new RangeError(`${who}: expected lengths from 0 to ${T}, the timesteps, got [${steps.join(', ')}]`)
  }
  return tracks.map((track, n) => {
    const length = steps[n] ?? 0
    const sequence = empty([length, ...padded.shape.slice(2)], { dtype: padded.dtype })
    copyTrack(track, trackOf(sequence), length)
    return sequence
  })
}
