import { optionsOf } from '@unroll/kernels'
import { padSequence } from '@unroll/sequence'
import { type Tensor, tensor } from '@unroll/tensor'
import { checkNumber } from '@unroll/tensor/layers'
import { checkFlag } from './checks.ts'
import type { Collated } from './defaultCollate.ts'
import { checkTargets, type SequenceItem, sequenceColumns, type TargetOptions } from './sequenceItems.ts'

export interface PadCollateOptions {
  /** The batch is `(N, T, *)`. Default false. */
  readonly batchFirst?: boolean
  /** The value after the end of a sequence. Default 0. */
  readonly paddingValue?: number
}

/** A padded batch: `(T, N, *)`, the lengths `(N)`, int64, and the targets if the items have them. */
export type PaddedBatch<Item> = Item extends readonly [Tensor, infer Target]
  ? [padded: Tensor, lengths: Tensor, targets: Collated<Target>]
  : [padded: Tensor, lengths: Tensor]

interface Given extends Required<PadCollateOptions> {
  readonly targets: ((targets: never[]) => unknown) | undefined
}

/**
 * A collate function for sequences of different lengths: it pads them to the longest one. Items are sequences `(T_n, *)`, or
 * pairs `[sequence, target]`.
 *
 * ```ts
 * const collate = padCollate({ batchFirst: true })
 * const [padded, lengths, labels] = collate([[ones([5, 3]), 0], [ones([2, 3]), 1]] as const)
 * padded.shape   // [2, 5, 3]
 * ```
 *
 * The function throws a CollateError if an item does not fit the first one.
 *
 * @throws TypeError if an option is unknown or of a wrong type
 */
export function padCollate<Target, Targets>(
  options: PadCollateOptions & TargetOptions<Target, Targets>,
): (items: readonly (readonly [Tensor, Target])[]) => [padded: Tensor, lengths: Tensor, targets: Targets]
export function padCollate(
  options?: PadCollateOptions | null,
): <Item extends SequenceItem>(items: readonly Item[]) => PaddedBatch<Item>
export function padCollate(options?: Partial<Given> | null): (items: readonly never[]) => unknown {
  const who = 'padCollate'
  const defaults: Given = { batchFirst: false, paddingValue: 0, targets: undefined }
  const {
    batchFirst,
    paddingValue,
    targets: collateTargets,
  } = optionsOf(who, options, defaults, 'batchFirst')
  checkFlag(who, 'batchFirst', batchFirst)
  checkNumber(who, 'paddingValue', paddingValue)
  checkTargets(who, collateTargets)
  return (items: readonly SequenceItem[]) => {
    const { sequences, targets } = sequenceColumns(who, items, collateTargets)
    const padded = padSequence(sequences, { batchFirst, paddingValue })
    const lengths = tensor(
      sequences.map((sequence) => sequence.size(0)),
      { dtype: 'int64' },
    )
    return [padded, lengths, ...targets]
  }
}
