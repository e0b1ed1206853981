import { optionsOf } from '@unroll/kernels'
import type { RandomOptions } from '@unroll/tensor'
import { checkGenerator } from '@unroll/tensor/layers'
import { checkNumbers } from './checks.ts'
import { checkDataset, type DatasetLike } from './dataset.ts'
import { permutation } from './drawIndices.ts'
import { Subset } from './subset.ts'

/**
 * Splits a dataset at random into parts that have no item in common, as PyTorch does from the same seed.
 *
 * ```ts
 * const [train, test] = randomSplit(['a', 'b', 'c', 'd'], [0.75, 0.25], { generator: new Generator().manualSeed(42) })
 * train.length   // 3
 * ```
 *
 * @param lengths of the parts; or fractions that add up to 1, whose remainder goes to the first parts, one item each
 * @throws TypeError if `dataset` is not one, or `lengths` are not an array of numbers
 * @throws RangeError if a length is negative or not whole, or they do not add up to that of the dataset
 * @see PyTorch: [torch.utils.data.random_split](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.random_split)
 */
export function randomSplit<Item>(
  dataset: DatasetLike<Item>,
  lengths: readonly number[],
  options?: RandomOptions | null,
): Subset<Item>[] {
  const who = 'randomSplit'
  checkDataset(who, dataset)
  checkNumbers(who, 'lengths', lengths, 'lengths or fractions of 0 or more', (length) => length >= 0)
  const given = optionsOf<{ generator: RandomOptions['generator'] | undefined }>(
    who,
    options,
    { generator: undefined },
    'generator',
  )
  const generator = checkGenerator(who, given.generator)
  const counts = areFractions(lengths) ? shares(dataset.length, lengths) : lengths
  checkNumbers(who, 'lengths', counts, 'whole numbers, or fractions that add up to 1', Number.isInteger)
  const total = sum(counts)
  if (total !== dataset.length) {
    throw new RangeError(
      `${who}: expected lengths that add up to ${dataset.length}, the length of the dataset, got [${lengths.join(', ')}]`,
    )
  }
  const order = permutation(total, generator)
  let start = 0
  return counts.map((count) => {
    const indices = order.slice(start, start + count)
    start += count
    return new Subset(dataset, indices)
  })
}

/** True if the numbers add up to 1 but for rounding, so a single 1 is the whole. */
function areFractions(lengths: readonly number[]): boolean {
  return Math.abs(sum(lengths) - 1) <= 1e-9
}

/** How many of `length` items each fraction gets. */
function shares(length: number, fractions: readonly number[]): number[] {
  const counts = fractions.map((fraction) => Math.floor(length * fraction))
  const remainder = length - sum(counts)
  return counts.map((count, i) => count + Math.ceil((remainder - i) / counts.length))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
