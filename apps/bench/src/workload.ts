import { type DirectionWeights, gateCount } from '@unroll/kernels'
import type { BenchCase } from './cases.ts'

/** What every contender of a case computes: the same weights over the same input. */
export interface Workload extends BenchCase {
  /** PyTorch's layout, one entry per layer and direction. */
  readonly weights: readonly DirectionWeights[]
  /** `(T, N, I)` */
  readonly input: Float32Array
}

/** Draws a case's weights and input: the same numbers every time, weights as PyTorch initialises them. */
export function makeWorkload(benchCase: BenchCase): Workload {
  const { T, N, spec } = benchCase
  const H = spec.hiddenSize
  const D = spec.bidirectional ? 2 : 1
  const rows = gateCount(spec.mode) * H
  const random = uniform(1)
  const weight = (length: number): Float32Array => draw(random, length, 1 / Math.sqrt(H))
  const weights = Array.from({ length: spec.numLayers * D }, (_, index) => ({
    weightIh: weight(rows * (index < D ? spec.inputSize : D * H)),
    weightHh: weight(rows * H),
    biasIh: weight(rows),
    biasHh: weight(rows),
    weightHr: null,
  }))
  return { ...benchCase, weights, input: draw(random, T * N * spec.inputSize, 1) }
}

/** Multiply-adds of the matrix products in one run: how heavy a case is. */
export function multiplyAdds({ T, N, weights }: Workload): number {
  return T * N * weights.reduce((sum, w) => sum + w.weightIh.length + w.weightHh.length, 0)
}

/** `length` numbers in [-bound, bound). */
function draw(random: () => number, length: number, bound: number): Float32Array {
  return Float32Array.from({ length }, () => (random() * 2 - 1) * bound)
}

/** Numbers in [0, 1), always the same ones: a linear congruential generator with Numerical Recipes' constants. */
function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
