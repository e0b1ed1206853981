import { type TensorOptions, zeros } from './creation.ts'
import { noGrad } from './gradMode.ts'
import { permutation, uniformIntegers } from './random/discrete.ts'
import { defaultGenerator } from './random/generator.ts'
import { drawPositions } from './random/multinomial.ts'
import { checkShape } from './strided/dims.ts'
import { type RandomOptions, Tensor } from './tensor.ts'

/** What functions that draw a new tensor take. */
export type DrawOptions = TensorOptions & RandomOptions

/** Uniform draws from [0, 1): float32 or float64. */
export function rand(shape: readonly number[], options: DrawOptions = {}): Tensor {
  return noGrad(() => zeros(shape, options).uniform_(0, 1, options))
}

/** Draws from the normal distribution of mean 0 and standard deviation 1: float32 or float64. */
export function randn(shape: readonly number[], options: DrawOptions = {}): Tensor {
  return noGrad(() => zeros(shape, options).normal_(0, 1, options))
}

/**
 * Whole numbers from `low` to `high`, which is left out; int64 unless said otherwise.
 * @throws RuntimeError if `low` is not below `high`, or the dtype does not hold them
 */
export function randint(
  low: number | bigint,
  high: number | bigint,
  shape: readonly number[],
  { dtype = 'int64', requiresGrad, generator = defaultGenerator() }: DrawOptions = {},
): Tensor {
  checkShape('randint', shape)
  return new Tensor(uniformIntegers(shape, BigInt(low), BigInt(high), dtype, generator), requiresGrad)
}

/** The whole numbers below `n` in random order; int64 unless said otherwise. */
export function randperm(
  n: number,
  { dtype = 'int64', requiresGrad, generator = defaultGenerator() }: DrawOptions = {},
): Tensor {
  return new Tensor(permutation(n, dtype, generator), requiresGrad)
}

/** 1 with the probability that `p` has at this place, else 0; in the shape and dtype of `p`, float32 or float64. */
export function bernoulli(p: Tensor, options: RandomOptions = {}): Tensor {
  return zeros(p.shape, { dtype: p.dtype }).bernoulli_(p, options)
}

/**
 * Positions drawn in proportion to weights, which need not sum up to 1.
 * @param weights (C), or (N, C) for N distributions; float32 or float64
 * @param options `replacement`: whether a position may be drawn again; default false
 * @returns int64 (count), or (N, count)
 * @throws RuntimeError on negative or infinite weights, on none above 0, or too few to draw without replacement
 */
export function multinomial(
  weights: Tensor,
  count: number,
  {
    replacement = false,
    generator = defaultGenerator(),
  }: RandomOptions & { readonly replacement?: boolean } = {},
): Tensor {
  return new Tensor(drawPositions(weights, count, replacement, generator))
}
