import { describeValue } from '@unroll/kernels'
import { checkedOptions } from '@unroll/nn'
import { checkTensor, RuntimeError, Tensor, tensor } from '@unroll/tensor'
import { putRows, shapeText, takeRows } from '@unroll/tensor/layers'
import { integersOf } from './integersOf.ts'
import { PackedSequence } from './packedSequence.ts'
import { asRows, packedPlaces, paddedRows } from './rows.ts'

export interface PackOptions {
  /** The sequences are already sorted, longest first. If false, they are sorted here. Default true. */
  readonly enforceSorted?: boolean
}

export interface PackPaddedOptions extends PackOptions {
  /** `input` is `(N, T, *)`. Default false. */
  readonly batchFirst?: boolean
}

const packDefaults: Required<PackOptions> = { enforceSorted: true }
const packPaddedDefaults: Required<PackPaddedOptions> = { batchFirst: false, enforceSorted: true }

/**
 * Packs a padded batch without its padding.
 *
 * ```ts
 * const packed = packPaddedSequence(randn([5, 3, 10]), [5, 4, 2])
 * packed.data.shape             // [11, 10]
 * packed.batchSizes.toArray()   // [3, 3, 2, 2, 1]
 * ```
 *
 * @param input `(T, N, *)`, or `(N, T, *)` if `batchFirst`; any dtype
 * @param lengths `(N)`: timesteps of each sequence, from 1 to `T`
 * @throws TypeError if `input` is not a tensor, lengths are not whole numbers, or an option is unknown or of a wrong
 * type
 * @throws RangeError if `input` has fewer than 2 dimensions
 * @throws RuntimeError if `input` is empty, a length is missing, not positive, longer than `T`, or out of order
 * @see PyTorch: [torch.nn.utils.rnn.pack_padded_sequence](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html)
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: readonly number[] | Tensor,
  options?: PackPaddedOptions | null,
): PackedSequence {
  const who = 'packPaddedSequence'
  if (Array.isArray(input)) {
    throw new TypeError(
      `${who}: expected input to be a padded Tensor, got ${describeValue(input)}; packSequence takes a list of tensors`,
    )
  }
  checkTensor(who, 'input', input)
  const { batchFirst, enforceSorted } = checkedOptions(who, options, packPaddedDefaults, 'batchFirst')
  if (input.ndim < 2) {
    throw new RangeError(
      `${who}: expected input of at least 2 dimensions, ${batchFirst ? '(N, T, *)' : '(T, N, *)'}, got shape ${shapeText(input.shape)}`,
    )
  }
  if (input.numel === 0) {
    throw new RuntimeError(`${who}: cannot pack an empty tensor, got shape ${shapeText(input.shape)}`)
  }
  const [N, T] = batchFirst ? [input.size(0), input.size(1)] : [input.size(1), input.size(0)]
  const steps = integersOf(who, 'lengths', lengths)
  if (steps.length !== N) {
    throw new RuntimeError(`${who}: expected as many lengths as sequences, ${N}, got ${steps.length}`)
  }
  checkLengths(who, steps, enforceSorted)
  const longest = steps.find((length) => length > T)
  if (longest !== undefined) {
    throw new RuntimeError(
      `${who}: expected lengths of at most ${T}, the timesteps of input ${shapeText(input.shape)}, got ${longest}`,
    )
  }
  const plan = planOf(steps, enforceSorted)
  const rowOf = paddedRows(T, N, batchFirst)
  const places = new Int32Array(plan.rows)
  let row = 0
  for (const [t, size] of plan.batchSizes.entries()) {
    for (let place = 0; place < size; place++) places[row++] = rowOf(t, plan.order[place] ?? 0)
  }
  const [data = input] = takeRows('PackPaddedSequenceBackward0', asRows(input), [places])
  return packedOf(data, plan, enforceSorted)
}

/**
 * Packs a list of sequences of different lengths.
 *
 * ```ts
 * packSequence([tensor([1, 2, 3]), tensor([4, 5]), tensor([6])]).data.toArray() // [1, 4, 6, 2, 5, 3]
 * ```
 *
 * @param sequences each `(T_n, *)`, with the same trailing dimensions and dtype
 * @throws TypeError if they are not an array of tensors, or an option is unknown or of a wrong type
 * @throws RuntimeError if there are none, one is empty, or they do not fit together or are out of order
 * @see PyTorch: [torch.nn.utils.rnn.pack_sequence](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_sequence.html)
 */
export function packSequence(sequences: readonly Tensor[], options?: PackOptions | null): PackedSequence {
  const who = 'packSequence'
  const first = checkSequences(who, sequences)
  const { enforceSorted } = checkedOptions(who, options, packDefaults, 'enforceSorted')
  const lengths = sequences.map((sequence) => sequence.size(0))
  checkLengths(who, lengths, enforceSorted)
  if (first.numel === 0) throw new RuntimeError(`${who}: cannot pack empty tensors`)
  const plan = planOf(lengths, enforceSorted)
  const ordered = plan.order.flatMap((index) => sequences[index] ?? [])
  const places = packedPlaces(
    plan.batchSizes,
    ordered.map((sequence) => sequence.size(0)),
  )
  return packedOf(putRows('PackSequenceBackward', ordered, places, plan.rows), plan, enforceSorted)
}

/**
 * Throws unless the sequences can be in one batch.
 * @returns the first of them
 */
export function checkSequences(who: string, sequences: readonly Tensor[]): Tensor {
  if (!Array.isArray(sequences)) {
    const remedy = sequences instanceof Tensor ? '; [...tensor] is the list of its rows' : ''
    throw new TypeError(
      `${who}: expected sequences to be an array of tensors, got ${describeValue(sequences)}${remedy}`,
    )
  }
  for (const [index, sequence] of sequences.entries()) checkTensor(who, `sequence ${index}`, sequence)
  const [first] = sequences
  if (first === undefined) throw new RuntimeError(`${who}: expected at least one sequence, got an empty list`)
  const trailing = trailingText(first)
  sequences.forEach((sequence, index) => {
    const fits = sequence.ndim > 0 && trailingText(sequence) === trailing
    if (!fits || sequence.dtype !== first.dtype) {
      throw new RuntimeError(
        `${who}: expected every sequence to be ${trailing} ${first.dtype}, ` +
          `got ${shapeText(sequence.shape)} ${sequence.dtype} at ${index}`,
      )
    }
  })
  return first
}

function checkLengths(who: string, lengths: readonly number[], enforceSorted: boolean): void {
  if (lengths.some((length) => length <= 0)) {
    throw new RuntimeError(`${who}: expected every length to be at least 1, got [${lengths.join(', ')}]`)
  }
  if (enforceSorted && lengths.some((length, n) => length > (lengths[n - 1] ?? length))) {
    throw new RuntimeError(
      `${who}: expected lengths from the longest to the shortest, got [${lengths.join(', ')}]; ` +
        'pass { enforceSorted: false } to have the sequences sorted',
    )
  }
}

interface Plan {
  /** Which of the sequences is at each place, longest first. */
  readonly order: readonly number[]
  readonly batchSizes: readonly number[]
  /** The timesteps of all sequences together. */
  readonly rows: number
}

function planOf(lengths: readonly number[], enforceSorted: boolean): Plan {
  // Equal lengths keep their order, as in PyTorch.
  const sequences = lengths.map((length, index) => ({ index, length }))
  if (!enforceSorted) sequences.sort((a, b) => b.length - a.length)
  const batchSizes: number[] = []
  for (let t = 0, running = sequences.length; running > 0; t++) {
    while (running > 0 && (sequences[running - 1]?.length ?? 0) <= t) running--
    if (running > 0) batchSizes.push(running)
  }
  const rows = lengths.reduce((sum, length) => sum + length, 0)
  return { order: sequences.map(({ index }) => index), batchSizes, rows }
}

function packedOf(data: Tensor, { batchSizes, order }: Plan, enforceSorted: boolean): PackedSequence {
  return new PackedSequence(data, int64(batchSizes), enforceSorted ? null : int64(order))
}

/** The shape of a sequence of any length: `(T, 3)`. */
function trailingText({ shape }: Tensor): string {
  return `(${['T', ...shape.slice(1)].join(', ')})`
}

/** A 1-D int64 tensor. */
export function int64(values: readonly number[]): Tensor {
  return tensor(BigInt64Array.from(values, BigInt))
}
