import type { DirectionWeights, FloatArray, FloatDType, RecurrentInput, RecurrentSpec } from '@unroll/kernels'
import { type ParameterSpec, parametersOf, sizesOf } from '@unroll/kernels/spec'

/** `length` values of (-1, 1). */
export function randomFloats(random: () => number, dtype: FloatDType, length: number): FloatArray {
  const array = dtype === 'float32' ? new Float32Array(length) : new Float64Array(length)
  return array.map(() => random() * 2 - 1)
}

/** Weights of the size PyTorch would initialise them with. */
export function randomWeights(random: () => number, spec: RecurrentSpec): DirectionWeights[] {
  const draw = ({ shape }: ParameterSpec): FloatArray => {
    const length = shape.reduce((product, size) => product * size)
    return randomFloats(random, spec.dtype, length).map((value) => value / Math.sqrt(spec.hiddenSize))
  }
  return parametersOf({ ...spec, bias: true }).map(({ weightIh, weightHh, biasIh, biasHh, weightHr }) => ({
    weightIh: draw(weightIh),
    weightHh: draw(weightHh),
    biasIh: biasIh && draw(biasIh),
    biasHh: biasHh && draw(biasHh),
    weightHr: weightHr && draw(weightHr),
  }))
}

/** A random call with initial states. `batchSizes` must not increase. */
export function randomCall(
  random: () => number,
  spec: RecurrentSpec,
  batchSizes: readonly number[],
): RecurrentInput {
  const { dtype, numLayers } = spec
  const { D, H, I, P } = sizesOf(spec)
  const rows = batchSizes.reduce((sum, size) => sum + size, 0)
  const states = numLayers * D * (batchSizes[0] ?? 0)
  return {
    input: randomFloats(random, dtype, rows * I),
    batchSizes: Int32Array.from(batchSizes),
    h0: randomFloats(random, dtype, states * P),
    c0: spec.mode === 'LSTM' ? randomFloats(random, dtype, states * H) : null,
  }
}
