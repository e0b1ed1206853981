import type { DirectionWeights } from '@unroll/kernels'
import { layerInputSize, type ParameterSpec, parametersOf, sizesOf } from '@unroll/kernels/spec'
import { seeded } from '@unroll/testing'
import type { BenchCase } from './recurrentCases.ts'

/** What every contender of a case computes: the same weights over the same input. */
export interface Workload extends BenchCase {
  /** PyTorch's layout, one entry per layer and direction. */
  readonly weights: readonly (DirectionWeights & {
    readonly weightIh: Float32Array
    readonly weightHh: Float32Array
  })[]
  /** `(T)`: sequences still running at each timestep. */
  readonly batchSizes: Int32Array
  /** `(R, I)`: timestep by timestep, as `batchSizes` tells. */
  readonly input: Float32Array
}

/** Draws a case's weights and input: the same numbers every time, weights as PyTorch initialises them. */
export function makeWorkload(benchCase: BenchCase): Workload {
  const { spec } = benchCase
  const random = seeded(1)
  const bound = 1 / Math.sqrt(spec.hiddenSize)
  const weight = (parameter: ParameterSpec): Float32Array =>
    draw(
      random,
      parameter.shape.reduce((product, size) => product * size),
      bound,
    )
  const weights = parametersOf({ ...spec, bias: true }).map(
    ({ weightIh, weightHh, biasIh, biasHh, weightHr }) => ({
      weightIh: weight(weightIh),
      weightHh: weight(weightHh),
      biasIh: biasIh && weight(biasIh),
      biasHh: biasHh && weight(biasHh),
      weightHr: weightHr && weight(weightHr),
    }),
  )
  return {
    ...benchCase,
    weights,
    batchSizes: Int32Array.from(batchSizes(benchCase)),
    input: draw(random, rowCount(benchCase) * spec.inputSize, 1),
  }
}

/** `R`: timesteps of all sequences together. */
export function rowCount({ T, N, lengths }: BenchCase): number {
  return lengths?.reduce((sum, length) => sum + length, 0) ?? T * N
}

/** Multiply-adds of the matrix products in one call: how heavy a case is. */
export function multiplyAdds(benchCase: BenchCase): number {
  return products(benchCase).reduce(
    (sum, { rows, weights }) => sum + weights * rows.reduce((a, b) => a + b),
    0,
  )
}

/** A matrix product of a call, of one direction. */
export interface Product {
  readonly of: 'inputs' | 'states'
  /** The rows of each of its multiplications: one for all timesteps, or one per timestep. */
  readonly rows: readonly number[]
  /** How many weights it has. Each is used once per row. */
  readonly weights: number
}

/** All matrix products of one call. Inputs are multiplied for all timesteps at once, hidden states at each timestep. */
export function products(benchCase: BenchCase): readonly Product[] {
  const { projSize, numLayers } = benchCase.spec
  const sizes = sizesOf(benchCase.spec)
  const { G, D, H, P } = sizes
  const batches = batchSizes(benchCase)
  return Array.from({ length: numLayers * D }, (_, index): Product[] => [
    {
      of: 'inputs',
      rows: [rowCount(benchCase)],
      weights: G * H * layerInputSize(sizes, Math.floor(index / D)),
    },
    { of: 'states', rows: batches, weights: G * H * P },
    ...(projSize > 0 ? [{ of: 'states' as const, rows: batches, weights: projSize * H }] : []),
  ]).flat()
}

/** `(T)`: sequences still running at each timestep. */
function batchSizes({ T, N, lengths }: BenchCase): readonly number[] {
  const running = (t: number): number => lengths?.filter((length) => length > t).length ?? N
  return Array.from({ length: T }, (_, t) => running(t))
}

/** `length` numbers in [-bound, bound). */
export function draw(random: () => number, length: number, bound: number): Float32Array {
  const values = new Float32Array(length)
  for (let i = 0; i < length; i++) values[i] = (random() * 2 - 1) * bound
  return values
}
