// What padCollate and packCollate read from the items of a batch.

import { describeValue } from '@unroll/kernels'
import { Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { CollateError } from './collateError.ts'
import { checkItems, defaultCollate } from './defaultCollate.ts'

/** A sequence `(T, *)`, or a sequence and its target. */
export type SequenceItem = Tensor | readonly [sequence: Tensor, target: unknown]

export interface TargetOptions<Target, Targets> {
  /**
   * Makes one batch of all targets. For a target at each timestep it is
   * `(targets) => padSequence(targets, { paddingValue: -100 })`. Default: `defaultCollate`.
   */
  readonly targets: (targets: Target[]) => Targets
}

/** Items taken apart. `targets` are a batch of them, or nothing if the items are sequences alone. */
export interface SequenceColumns {
  readonly sequences: readonly Tensor[]
  readonly targets: readonly [batch: unknown] | readonly []
}

/**
 * @throws RangeError if there are no items
 * @throws CollateError if an item is no sequence and no pair, or its sequence does not fit the first one's
 */
export function sequenceColumns(
  who: string,
  items: readonly SequenceItem[],
  collateTargets: ((targets: never[]) => unknown) | undefined,
): SequenceColumns {
  checkItems(who, items)
  const isPair = Array.isArray(items[0])
  const sequences = items.map((item, position) => {
    const sequence: unknown = isPair && Array.isArray(item) && item.length === 2 ? item[0] : item
    if (sequence instanceof Tensor && Array.isArray(item) === isPair) return sequence
    const wanted = isPair ? '[sequence, target], the sequence a tensor' : 'a sequence, which is a tensor'
    const got = Array.isArray(sequence) ? describeValue(item) : describeValue(sequence)
    const remedy =
      Array.isArray(item) && item.length > 2 ? '; write several targets as [sequence, [a, b]]' : ''
    throw new CollateError(`${who}: expected ${wanted}, got ${got} in item ${position}${remedy}`, position)
  })
  checkSequences(who, sequences)
  if (!isPair) return { sequences, targets: [] }
  const targets = items.map((item) => (item instanceof Tensor ? null : item[1]))
  return {
    sequences,
    targets: [collateTargets ? collateTargets(targets as never[]) : defaultCollate(targets)],
  }
}

/** @throws CollateError at the first sequence that has other trailing sizes or another dtype than the first one */
function checkSequences(who: string, sequences: readonly Tensor[]): void {
  const textOf = ({ shape, dtype }: Tensor): string =>
    `${shape.length === 0 ? '()' : shapeText(shape).replace(/\d+/, 'T')} ${dtype}`
  const [first] = sequences
  for (const [position, sequence] of sequences.entries()) {
    if (sequence.ndim > 0 && first && textOf(sequence) === textOf(first)) continue
    const wanted = first && first.ndim > 0 ? textOf(first) : '(T, *)'
    throw new CollateError(
      `${who}: expected every sequence to be ${wanted}, got ${shapeText(sequence.shape)} ${sequence.dtype} in item ${position}`,
      position,
    )
  }
}

/** @throws TypeError unless `targets` is a function or not given */
export function checkTargets(who: string, targets: unknown): void {
  if (targets === undefined || typeof targets === 'function') return
  throw new TypeError(`${who}: expected targets to be a function, got ${describeValue(targets)}`)
}
