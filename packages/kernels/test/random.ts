import type { DirectionWeights, FloatArray, FloatDType, RecurrentInput, RecurrentSpec } from '@unroll/kernels'
import { gateCount } from '@unroll/kernels/spec'

/** A repeatable source of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** `length` values of (-1, 1). */
export function randomFloats(random: () => number, dtype: FloatDType, length: number): FloatArray {
  const array = dtype === 'float32' ? new Float32Array(length) : new Float64Array(length)
  return array.map(() => random() * 2 - 1)
}

/** Weights of the size PyTorch would initialise them with. */
export function randomWeights(random: () => number, spec: RecurrentSpec): DirectionWeights[] {
  const { dtype, hiddenSize: H, projSize, inputSize, numLayers, bidirectional } = spec
  const [G, D, P] = [gateCount(spec.mode), bidirectional ? 2 : 1, projSize || H]
  const draw = (length: number): FloatArray =>
    randomFloats(random, dtype, length).map((value) => value / Math.sqrt(H))
  return Array.from({ length: numLayers * D }, (_, index) => ({
    weightIh: draw(G * H * (index < D ? inputSize : D * P)),
    weightHh: draw(G * H * P),
    biasIh: draw(G * H),
    biasHh: draw(G * H),
    weightHr: projSize > 0 ? draw(P * H) : null,
  }))
}

/** A random call with initial states. `batchSizes` must not increase. */
export function randomCall(
  random: () => number,
  spec: RecurrentSpec,
  batchSizes: readonly number[],
): RecurrentInput {
  const { dtype, hiddenSize: H, projSize, numLayers, bidirectional } = spec
  const rows = batchSizes.reduce((sum, size) => sum + size, 0)
  const states = numLayers * (bidirectional ? 2 : 1) * (batchSizes[0] ?? 0)
  return {
    input: randomFloats(random, dtype, rows * spec.inputSize),
    batchSizes: Int32Array.from(batchSizes),
    h0: randomFloats(random, dtype, states * (projSize || H)),
    c0: spec.mode === 'LSTM' ? randomFloats(random, dtype, states * H) : null,
  }
}
