// Draws of whole numbers: from a range, of trials, of permutations.

import { checkInteger } from '../checks.ts'
import { checkComputable, checkSigned, type DType, integerLimits } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { cast, elementsOf } from '../strided/cast.ts'
import { dense, numelOf, type Strided } from '../strided/strided.ts'
import { expand } from '../strided/views.ts'
import { checkRandomFloats, fill, inMemoryOrder } from './fill.ts'
import type { Generator } from './generator.ts'

/**
 * Whole numbers from `low` to below `high`: the remainder of 32 random bits, or of 64 for ranges of 2^28 and more, as in PyTorch
 * 2.13.
 */
export function uniformIntegers(
  shape: readonly number[],
  low: bigint,
  high: bigint,
  dtype: DType,
  generator: Generator,
): Strided {
  if (low >= high) throw new RuntimeError(`randint: expected low below high, got low ${low} and high ${high}`)
  const [least, most] = rangeOf(dtype)
  if (low < least || high - 1n > most) {
    throw new RuntimeError(`randint: the range from ${low} to ${high - 1n} does not fit ${dtype}`)
  }
  const range = high - low
  const draw =
    range < 2n ** 28n ? () => BigInt(generator.random() % Number(range)) : () => generator.random64() % range
  const data = BigInt64Array.from({ length: numelOf(shape) }, () => low + draw())
  return cast(dense(shape, 'int64', data), dtype)
}

/** The whole numbers below `n` in random order. Each is swapped with one that is not placed yet. */
export function permutation(n: number, dtype: DType, generator: Generator): Strided {
  checkInteger('randperm', 'n', n)
  if (n < 0) throw new RuntimeError(`randperm: expected n of 0 or more, got ${n}`)
  checkSigned('randperm', dtype)
  const values = Float64Array.from({ length: n }, (_, i) => i)
  for (let i = 0; i < n - 1; i++) {
    const other = i + (generator.random() % (n - i))
    const value = values[i] ?? 0
    values[i] = values[other] ?? 0
    values[other] = value
  }
  return cast(dense([n], 'float64', values), dtype)
}

/**
 * Fills `t` with 1 at probability `p`, else 0. Each element takes a draw of 53 bits, or of 24 bits if `p` is a float32 tensor, as in
 * PyTorch.
 */
export function fillBernoulli(t: Strided, p: number | Strided, generator: Generator): void {
  checkComputable('bernoulli_', t.dtype)
  checkSigned('bernoulli_', t.dtype)
  if (typeof p === 'number') {
    checkProbability(p)
    fill(t, () => (generator.uniform53() < p ? 1 : 0))
    return
  }
  checkRandomFloats('bernoulli', p)
  const probabilities = elementsOf(inMemoryOrder(t, expand(p, t.shape, 'bernoulli_')))
  for (const probability of probabilities) checkProbability(probability)
  const draw = p.dtype === 'float32' ? () => generator.uniform24() : () => generator.uniform53()
  let i = 0
  fill(t, () => (draw() < (probabilities[i++] ?? 0) ? 1 : 0))
}

/** @throws TypeError unless `value` is an integer or a bigint */
export function wholeNumber(who: string, what: string, value: unknown): bigint {
  if (typeof value === 'bigint') return value
  checkInteger(who, what, value)
  return BigInt(value)
}

/** The range that PyTorch draws from for a dtype: at most that of int64. */
function rangeOf(dtype: DType): readonly [least: bigint, most: bigint] {
  if (dtype === 'bool') return [0n, 1n]
  const [least, most] = integerLimits(dtype) ?? [-largest - 1n, largest]
  return [least, most < largest ? most : largest]
}

const largest = 2n ** 63n - 1n

function checkProbability(p: number | bigint): void {
  if (p >= 0 && p <= 1) return
  throw new RuntimeError(`bernoulli: expected probabilities from 0 to 1, got ${p}`)
}
