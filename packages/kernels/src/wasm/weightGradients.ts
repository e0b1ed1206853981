import { allocate } from '../allocate.ts'
import type { DirectionWeights, FloatArray } from '../contract/recurrent.ts'
import type { DirectionGradients } from '../contract/training.ts'
import { sizesOf } from '../spec/sizes.ts'
import { backwardSizes, type OwnAreas } from './backwardLayout.ts'
import type { CallWeights } from './callPlan.ts'
import { zipAt } from './elementwise.ts'
import { elementBytes } from './panels.ts'

/** The gradients of a direction of which none is wanted. */
export const nothing: DirectionGradients = {
  weightIh: null,
  weightHh: null,
  biasIh: null,
  biasHh: null,
  weightHr: null,
}

/** The areas of the gradients of a direction's weights. */
export type GradientAreas = Pick<OwnAreas, 'dWeightIh' | 'dWeightHh' | 'dWeightHr' | 'dBias'>

/**
 * Reads the gradients of a direction's weights out of wasm memory, summed over the parts of its sequences. The sums are made in
 * the first part's areas.
 * @param inputs of its layer
 * @param parts areas, as offsets from `base`; null if nothing was computed, and all are zeros
 */
export function readWeightGradients(
  { spec, instance }: Pick<CallWeights, 'spec' | 'instance'>,
  inputs: number,
  parts: { readonly base: number; readonly areas: readonly GradientAreas[] } | null,
  wants: (role: keyof DirectionWeights) => boolean,
): DirectionGradients {
  const { dtype } = spec
  const { G, H, P } = sizesOf(spec)
  const { units, inputStride, stateStride, stride } = backwardSizes(spec, inputs)
  const isGru = spec.mode === 'GRU'
  const biases = isGru ? 4 : G

  /** Reads the first `count` rows of each block, and the first `columns` of their `stride` numbers. */
  const read = (
    area: keyof GradientAreas,
    blocks: number,
    blockRows: number,
    count: number,
    stride: number,
    columns: number,
  ): FloatArray => {
    const length = blocks * count * columns
    if (parts === null) return allocate(dtype, length)
    const [to = 0, ...others] = parts.areas.map((areas) => parts.base + areas[area])
    for (const from of others) zipAt(instance, dtype, 'add', to, from, blocks * blockRows * stride)
    if (blockRows !== count || stride !== columns) {
      const size = elementBytes(dtype)
      instance.exports.closeGaps(to, blocks, blockRows, count, stride * size, columns * size)
    }
    return instance.floats(dtype, to, length).slice()
  }

  const bias = wants('biasIh') || wants('biasHh') ? read('dBias', 1, biases, biases, units, H) : null
  return {
    weightIh: wants('weightIh') ? read('dWeightIh', G, units, H, inputStride, inputs) : null,
    weightHh: wants('weightHh') ? read('dWeightHh', G, units, H, stateStride, P) : null,
    biasIh: bias && wants('biasIh') ? bias.slice(0, G * H) : null,
    biasHh: bias && wants('biasHh') ? biasOfState(bias, isGru, H) : null,
    weightHr: wants('weightHr') ? read('dWeightHr', 1, P, P, stride, H) : null,
  }
}

/** The gradient of `b_hh`. A GRU has another for its `n`, behind those that both biases share. */
function biasOfState(bias: FloatArray, isGru: boolean, H: number): FloatArray {
  const own = bias.slice(0, isGru ? 3 * H : bias.length)
  if (isGru) own.set(bias.subarray(3 * H), 2 * H)
  return own
}
