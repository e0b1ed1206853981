// Draws that samplers and splits make, as numbers.

import { elementsOf, type Generator, randint, randperm } from '@unroll/tensor'

/** The whole numbers below `n` in random order: PyTorch's `randperm(n)`. */
export function permutation(n: number, generator: Generator): number[] {
  return Array.from(elementsOf(randperm(n, { dtype: 'float64', generator })), Number)
}

/** Whole numbers below `n`, each drawn anew: PyTorch's `randint(n, (count,))`. */
export function integersBelow(n: number, count: number, generator: Generator): number[] {
  return Array.from(elementsOf(randint(n, [count], { generator })), Number)
}

/** A seed: PyTorch's `torch.empty((), dtype=torch.int64).random_()`, 63 bits. */
export function drawSeed(generator: Generator): bigint {
  return generator.random64() & 0x7fff_ffff_ffff_ffffn
}
