import type { DirectionWeights, RecurrentInput, RecurrentSpec } from '@unroll/kernels'
import { gateCount } from '@unroll/kernels/spec'

/** A repeatable source of numbers in [0, 1): a linear congruential generator. */
export function seeded(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** `length` values of (-1, 1). */
export function randomFloats(random: () => number, length: number): Float32Array {
  return Float32Array.from({ length }, () => random() * 2 - 1)
}

/** Weights of the size PyTorch would initialise them with. */
export function randomWeights(random: () => number, spec: RecurrentSpec, bias = true): DirectionWeights[] {
  const { hiddenSize: H, projSize, inputSize, numLayers, bidirectional } = spec
  const [G, D, P] = [gateCount(spec.mode), bidirectional ? 2 : 1, projSize || H]
  const draw = (length: number): Float32Array =>
    randomFloats(random, length).map((value) => value / Math.sqrt(H))
  return Array.from({ length: numLayers * D }, (_, index) => ({
    weightIh: draw(G * H * (index < D ? inputSize : D * P)),
    weightHh: draw(G * H * P),
    biasIh: bias ? draw(G * H) : null,
    biasHh: bias ? draw(G * H) : null,
    weightHr: projSize > 0 ? draw(P * H) : null,
  }))
}

export interface CallOptions {
  /** No states are given. */
  readonly zeros?: boolean
  readonly batchFirst?: boolean
  readonly dropout?: boolean
}

/** A call of these batch sizes, with states unless `zeros`. */
export function randomCall(
  random: () => number,
  spec: RecurrentSpec,
  batchSizes: readonly number[],
  { zeros = false, batchFirst = false, dropout = false }: CallOptions = {},
): RecurrentInput {
  const { hiddenSize: H, projSize, numLayers, bidirectional, mode } = spec
  const D = bidirectional ? 2 : 1
  const rows = batchSizes.reduce((sum, size) => sum + size, 0)
  const states = numLayers * D * (batchSizes[0] ?? 0)
  const factors = (numLayers - 1) * rows * D * (projSize || H)
  return {
    input: randomFloats(random, rows * spec.inputSize),
    batchSizes: Int32Array.from(batchSizes),
    batchFirst,
    h0: zeros ? null : randomFloats(random, states * (projSize || H)),
    c0: zeros || mode !== 'LSTM' ? null : randomFloats(random, states * H),
    dropout: dropout ? randomFloats(random, factors).map((value) => (value < 0 ? 0 : 2)) : null,
  }
}
