import { optionsOf } from '@unroll/kernels'
import { checkFlag } from './checks.ts'
import {
  type DrawOptions,
  drawOptionsOf,
  isList,
  type ShapeAndOptions,
  shapeAndOptions,
} from './creationOptions.ts'
import { recordOf } from './operands.ts'
import { fillBernoulli, permutation, uniformIntegers, wholeNumber } from './random/discrete.ts'
import { checkGenerator, type Generator, generatorOf, type RandomOptions } from './random/generator.ts'
import { drawPositions } from './random/multinomial.ts'
import { fillNormal } from './random/normal.ts'
import { fillUniform } from './random/uniform.ts'
import { checkShape } from './strided/dims.ts'
import { dense } from './strided/strided.ts'
import { Tensor } from './tensor.ts'

/** Uniform draws from [0, 1): float32 or float64. `rand([2, 3])` or `rand(2, 3)`. */
export function rand(...args: ShapeAndOptions<DrawOptions>): Tensor {
  return drawn('rand', args, fillUniform, 0, 1)
}

/** Draws from the normal distribution of mean 0 and standard deviation 1: float32 or float64. */
export function randn(...args: ShapeAndOptions<DrawOptions>): Tensor {
  return drawn('randn', args, fillNormal, 0, 1)
}

/**
 * Whole numbers from `low` (0) to below `high`. Default dtype: int64.
 * @throws RuntimeError if `low` is not below `high`, or if the dtype cannot hold them
 */
export function randint(high: number | bigint, shape: readonly number[], options?: DrawOptions | null): Tensor
export function randint(
  low: number | bigint,
  high: number | bigint,
  shape: readonly number[],
  options?: DrawOptions | null,
): Tensor
export function randint(
  first: number | bigint,
  second: number | bigint | readonly number[],
  third?: readonly number[] | DrawOptions | null,
  fourth?: DrawOptions | null,
): Tensor {
  const isShort = isList(second) && !isList(third)
  return isShort ? integers(0, first, second, third) : integers(first, second, third, fourth)
}

function integers(
  low: unknown,
  high: unknown,
  shape: unknown,
  options: DrawOptions | null | undefined,
): Tensor {
  const [from, to] = [wholeNumber('randint', 'low', low), wholeNumber('randint', 'high', high)]
  checkShape('randint', shape)
  const { dtype = 'int64', requiresGrad, generator } = drawOptionsOf('randint', options)
  return new Tensor(uniformIntegers([...shape], from, to, dtype, generator), requiresGrad)
}

/** The whole numbers below `n` in random order. Default dtype: int64. */
export function randperm(n: number, options?: DrawOptions | null): Tensor {
  const { dtype = 'int64', requiresGrad, generator } = drawOptionsOf('randperm', options)
  return new Tensor(permutation(n, dtype, generator), requiresGrad)
}

/** Draws 1 with the probability at the same place in `p`, else 0. Shape and dtype (float32 or float64) are those of `p`. */
export function bernoulli(p: Tensor, options?: RandomOptions | null): Tensor {
  const chances = recordOf('bernoulli', 'p', p)
  const generator = generatorOf('bernoulli', options)
  const result = dense(chances.shape, chances.dtype)
  fillBernoulli(result, chances, generator)
  return new Tensor(result)
}

export interface MultinomialOptions extends RandomOptions {
  /** Whether a position may be drawn again. Default false. */
  readonly replacement?: boolean
}

/**
 * Positions drawn in proportion to weights, which need not sum up to 1.
 * @param weights (C), or (N, C) for N distributions; float32 or float64
 * @returns int64 (count), or (N, count)
 * @throws RuntimeError on negative or infinite weights, on none above 0, or too few to draw without replacement
 */
export function multinomial(weights: Tensor, count: number, options?: MultinomialOptions | null): Tensor {
  const { replacement, generator } = optionsOf<{ replacement: boolean; generator: Generator | undefined }>(
    'multinomial',
    options,
    { replacement: false, generator: undefined },
    'replacement',
  )
  checkFlag('multinomial', 'replacement', replacement)
  const record = recordOf('multinomial', 'the weights', weights)
  return new Tensor(drawPositions(record, count, replacement, checkGenerator('multinomial', generator)))
}

function drawn(
  who: string,
  args: ShapeAndOptions<DrawOptions>,
  fill: typeof fillUniform,
  from: number,
  to: number,
): Tensor {
  const [shape, options] = shapeAndOptions(who, args)
  const { dtype = 'float32', requiresGrad, generator } = drawOptionsOf(who, options)
  const result = dense(shape, dtype)
  fill(result, from, to, generator)
  return new Tensor(result, requiresGrad)
}
