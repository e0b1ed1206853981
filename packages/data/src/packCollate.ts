import { optionsOf } from '@unroll/kernels'
import { type PackedSequence, packSequence } from '@unroll/sequence'
import type { Tensor } from '@unroll/tensor'
import { checkFlag } from './checks.ts'
import type { Collated } from './defaultCollate.ts'
import { checkTargets, type SequenceItem, sequenceColumns, type TargetOptions } from './sequenceItems.ts'

export interface PackCollateOptions {
  /**
   * Whether the items of every batch already are sorted, longest first, as those of a LengthBatchSampler. Default false:
   * they are sorted here, and outputs are in the order of the items again.
   */
  readonly enforceSorted?: boolean
}

/** A packed batch, and the targets if the items have them. */
export type PackedBatch<Item> = Item extends readonly [Tensor, infer Target]
  ? [packed: PackedSequence, targets: Collated<Target>]
  : PackedSequence

interface Given extends Required<PackCollateOptions> {
  readonly targets: ((targets: never[]) => unknown) | undefined
}

/**
 * A collate function for sequences of different lengths: it packs them without padding. Items are sequences `(T_n, *)`, or
 * pairs `[sequence, target]`.
 *
 * ```ts
 * const [packed, labels] = packCollate()([[ones([5, 3]), 0], [ones([2, 3]), 1]] as const)
 * packed.batchSizes.toArray()   // [2, 2, 1, 1, 1]
 * ```
 *
 * The function throws a CollateError if an item does not fit the first one, and a RuntimeError if a sequence is empty, or
 * they are not sorted although `enforceSorted` is true.
 *
 * @throws TypeError if an option is unknown or of a wrong type
 */
export function packCollate<Target, Targets>(
  options: PackCollateOptions & TargetOptions<Target, Targets>,
): (items: readonly (readonly [Tensor, Target])[]) => [packed: PackedSequence, targets: Targets]
export function packCollate(
  options?: PackCollateOptions | null,
): <Item extends SequenceItem>(items: readonly Item[]) => PackedBatch<Item>
export function packCollate(options?: Partial<Given> | null): (items: readonly never[]) => unknown {
  const who = 'packCollate'
  const defaults: Given = { enforceSorted: false, targets: undefined }
  const { enforceSorted, targets: collateTargets } = optionsOf(who, options, defaults, 'enforceSorted')
  checkFlag(who, 'enforceSorted', enforceSorted)
  checkTargets(who, collateTargets)
  return (items: readonly SequenceItem[]) => {
    const { sequences, targets } = sequenceColumns(who, items, collateTargets)
    const packed = packSequence(sequences, { enforceSorted })
    return targets.length === 0 ? packed : [packed, ...targets]
  }
}
