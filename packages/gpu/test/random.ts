import type { DirectionWeights, RecurrentInput, RecurrentSpec } from '@unroll/kernels'
import { type ParameterSpec, parametersOf, sizesOf } from '@unroll/kernels/spec'

/** `length` values of (-1, 1). */
export function randomFloats(random: () => number, length: number): Float32Array {
  return Float32Array.from({ length }, () => random() * 2 - 1)
}

/** Weights of the size PyTorch would initialise them with. */
export function randomWeights(random: () => number, spec: RecurrentSpec, bias = true): DirectionWeights[] {
  const draw = ({ shape }: ParameterSpec): Float32Array => {
    const length = shape.reduce((product, size) => product * size)
    return randomFloats(random, length).map((value) => value / Math.sqrt(spec.hiddenSize))
  }
  return parametersOf({ ...spec, bias }).map(({ weightIh, weightHh, biasIh, biasHh, weightHr }) => ({
    weightIh: draw(weightIh),
    weightHh: draw(weightHh),
    biasIh: biasIh && draw(biasIh),
    biasHh: biasHh && draw(biasHh),
    weightHr: weightHr && draw(weightHr),
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
  const { numLayers, mode } = spec
  const { D, H, I, P } = sizesOf(spec)
  const rows = batchSizes.reduce((sum, size) => sum + size, 0)
  const states = numLayers * D * (batchSizes[0] ?? 0)
  const factors = (numLayers - 1) * rows * D * P
  return {
    input: randomFloats(random, rows * I),
    batchSizes: Int32Array.from(batchSizes),
    batchFirst,
    h0: zeros ? null : randomFloats(random, states * P),
    c0: zeros || mode !== 'LSTM' ? null : randomFloats(random, states * H),
    dropout: dropout ? randomFloats(random, factors).map((value) => (value < 0 ? 0 : 2)) : null,
  }
}
