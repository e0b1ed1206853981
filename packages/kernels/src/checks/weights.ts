import { describeValue } from '../arguments.ts'
import type { DirectionWeights, RecurrentMode, RecurrentSpec } from '../contract/recurrent.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { checkArray } from './array.ts'
import { checkRecord } from './operands.ts'

/**
 * Throws unless every array has the length and element type `spec` asks for.
 * @throws RangeError on a wrong length or count, TypeError on a wrong element type
 */
export function checkWeights(spec: RecurrentSpec, weights: readonly DirectionWeights[]): void {
  checkSpec(spec)
  if (!Array.isArray(weights)) {
    throw new TypeError(
      `pack: expected an array of the weights of each direction, got ${describeValue(weights)}`,
    )
  }
  const sizes = sizesOf(spec)
  const { G, D, H, P } = sizes
  if (weights.length !== spec.numLayers * D) {
    throw new RangeError(`pack: expected weights of ${spec.numLayers * D} directions, got ${weights.length}`)
  }
  weights.forEach((w, index) => {
    const at = `pack: direction ${index}`
    checkRecord(at, w)
    checkArray(spec, `${at}: weightIh`, w.weightIh, G * H * layerInputSize(sizes, Math.floor(index / D)))
    checkArray(spec, `${at}: weightHh`, w.weightHh, G * H * P)
    if (w.biasIh !== null) checkArray(spec, `${at}: biasIh`, w.biasIh, G * H)
    if (w.biasHh !== null) checkArray(spec, `${at}: biasHh`, w.biasHh, G * H)
    if ((w.weightHr !== null) !== spec.projSize > 0) {
      throw new RangeError(
        `${at}: weightHr must be given exactly where projSize > 0, which is ${spec.projSize}`,
      )
    }
    if (w.weightHr !== null) checkArray(spec, `${at}: weightHr`, w.weightHr, P * H)
  })
}

const modes: readonly RecurrentMode[] = ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU']

function checkSpec(spec: RecurrentSpec): void {
  checkRecord('pack', spec)
  const { mode, dtype, bidirectional, projSize } = spec
  if (!modes.includes(mode)) {
    throw new RangeError(`pack: expected mode to be one of ${modes.join(', ')}, got ${describeValue(mode)}`)
  }
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new RangeError(`pack: expected dtype to be float32 or float64, got ${describeValue(dtype)}`)
  }
  for (const size of ['inputSize', 'hiddenSize', 'numLayers'] as const) {
    if (Number.isInteger(spec[size]) && spec[size] > 0) continue
    throw new RangeError(
      `pack: expected ${size} to be a whole number of at least 1, got ${describeValue(spec[size])}`,
    )
  }
  if (!Number.isInteger(projSize) || projSize < 0 || (projSize > 0 && mode !== 'LSTM')) {
    throw new RangeError(
      `pack: expected projSize to be 0, or of an LSTM a whole number of at least 1, got ${describeValue(projSize)}`,
    )
  }
  if (typeof bidirectional !== 'boolean') {
    throw new TypeError(
      `pack: expected bidirectional to be true or false, got ${describeValue(bidirectional)}`,
    )
  }
}
