/** Random configurations of torch.nn.utils.rnn. */
import type { Chooser } from './chooser.ts'
import { below } from './drawModuleCase.ts'
import type { PackingPlan } from './plan.ts'

export interface PackingCase {
  readonly family: 'packing'
  readonly seed: number
  readonly lengths: readonly number[]
  /** Dimensions behind the timesteps. */
  readonly trailing: readonly number[]
  readonly dtype: 'float32' | 'float64' | 'int64'
  readonly batchFirst: boolean
  readonly enforceSorted: boolean
  readonly paddingValue: number
  readonly paddingSide: string
  readonly totalLength: number | null
  readonly mistake: string | null
}

/** Wrong arguments and those PyTorch calls wrong. */
const mistakes: Readonly<Record<string, (given: PackingCase) => Partial<PackingCase>>> = {
  'totalLength too short': ({ lengths }) => ({ totalLength: Math.max(...lengths) - 1 }),
  'lengths growing': ({ lengths }) => ({
    lengths: [1, ...lengths, Math.max(...lengths) + 1],
    enforceSorted: true,
  }),
  'no sequences': () => ({ lengths: [] }),
  'an empty sequence': ({ lengths }) => ({ lengths: [...lengths, 0] }),
  'paddingSide middle': () => ({ paddingSide: 'middle' }),
  'an empty trailing dimension': () => ({ trailing: [0] }),
}

export function drawPackingCase(choose: Chooser, seed: number): PackingCase {
  const lengths = Array.from({ length: choose.int(1, 7) }, () => choose.int(1, 9))
  const enforceSorted = choose.chance(0.5)
  if (enforceSorted) lengths.sort((a, b) => b - a)
  const plain: PackingCase = {
    family: 'packing',
    seed,
    lengths,
    trailing: choose.pick([[], [1], [3], [7], [2, 3]]),
    dtype: choose.pick(['float32', 'float32', 'float64', 'int64']),
    batchFirst: choose.chance(0.5),
    enforceSorted,
    paddingValue: choose.pick([0, 0, -1, 7]),
    paddingSide: choose.pick(['right', 'right', 'left']),
    totalLength: choose.chance(0.3) ? Math.max(...lengths) + choose.int(0, 3) : null,
    mistake: null,
  }
  if (!choose.chance(0.2)) return plain
  const mistake = choose.pick(Object.keys(mistakes))
  return { ...plain, ...mistakes[mistake]?.(plain), mistake }
}

export function packingPlan(given: PackingCase): PackingPlan {
  const { seed, lengths, trailing, dtype, batchFirst, enforceSorted, paddingValue, paddingSide } = given
  return {
    family: 'packing',
    seed,
    sequences: lengths.map((length) => ({ shape: [length, ...trailing], dtype, scale: 1 })),
    lengths,
    pad: { batchFirst, paddingValue, paddingSide },
    pack: { enforceSorted },
    padPacked: {
      batchFirst,
      paddingValue,
      ...(given.totalLength !== null && { totalLength: given.totalLength }),
    },
    packPadded: { batchFirst, enforceSorted },
    unpad: { batchFirst },
  }
}

export function simplerPackingCases(given: PackingCase): PackingCase[] {
  const simpler: Partial<PackingCase>[] = [
    ...given.lengths.map((_, index) => ({ lengths: given.lengths.toSpliced(index, 1) })),
    ...given.lengths.flatMap((length, index) =>
      below(length).map((less) => ({ lengths: given.lengths.with(index, less) })),
    ),
    ...(given.trailing.length ? [{ trailing: given.trailing.slice(1) }] : []),
    ...(given.dtype !== 'float32' ? [{ dtype: 'float32' as const }] : []),
    ...(given.batchFirst ? [{ batchFirst: false }] : []),
    ...(given.paddingValue ? [{ paddingValue: 0 }] : []),
    ...(given.paddingSide !== 'right' ? [{ paddingSide: 'right' }] : []),
    ...(given.totalLength !== null ? [{ totalLength: null }] : []),
  ]
  return simpler.map((change) => ({ ...given, ...change }))
}
