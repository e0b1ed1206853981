import { describeValue } from './arguments.ts'
import type {
  DirectionWeights,
  FloatArray,
  OutputGradients,
  RecurrentInput,
  RecurrentMode,
  RecurrentSpec,
} from './engine.ts'
import { checkRecord } from './operands.ts'

/** `G`: how many blocks of `H` rows the weights of a mode have. */
export function gateCount(mode: RecurrentMode): number {
  switch (mode) {
    case 'RNN_TANH':
    case 'RNN_RELU':
      return 1
    case 'LSTM':
      return 4
    case 'GRU':
      return 3
    default:
      return mode satisfies never
  }
}

/** A spec's derived sizes, in the letters of {@link RecurrentSpec}. */
export interface Sizes {
  readonly G: number
  readonly D: number
  readonly I: number
  readonly H: number
  readonly P: number
}

export function sizesOf(spec: RecurrentSpec): Sizes {
  const H = spec.hiddenSize
  return {
    G: gateCount(spec.mode),
    D: spec.bidirectional ? 2 : 1,
    I: spec.inputSize,
    H,
    P: spec.projSize || H,
  }
}

/** Inputs of a layer: `I`, or the outputs of the layer below. */
export function layerInputSize({ D, I, P }: Sizes, layer: number): number {
  return layer === 0 ? I : D * P
}

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

/**
 * Throws unless a call's arrays fit its batch sizes and spec.
 * @returns `N` and `R`
 * @throws RangeError on a wrong length or batch sizes, TypeError on a wrong element type
 */
export function checkInput(spec: RecurrentSpec, call: RecurrentInput): { N: number; R: number } {
  checkRecord('recurrent', call)
  const { D, I, P } = sizesOf(spec)
  const { batchSizes } = call
  if (!(batchSizes instanceof Int32Array)) {
    throw new TypeError(
      `recurrent: expected batchSizes to be an Int32Array, got ${describeValue(batchSizes)}`,
    )
  }
  const N = batchSizes[0]
  if (N === undefined) throw new RangeError('recurrent: batchSizes is empty; expected at least one timestep')
  let R = 0
  let previous = N
  for (const size of batchSizes) {
    if (size < 0 || size > previous || (size !== N && call.batchFirst)) {
      throw new RangeError(
        `recurrent: batchSizes must ${call.batchFirst ? 'all be equal if batchFirst' : 'not increase'}, got ${size} after ${previous}`,
      )
    }
    previous = size
    R += size
  }
  checkArray(spec, 'recurrent: input', call.input, R * I)
  checkState(spec, N, call.h0, call.c0)
  if (call.returnCells && spec.mode !== 'LSTM') {
    throw new RangeError(`recurrent: returnCells is for LSTM only, got it with ${spec.mode}`)
  }
  if (call.dropout) checkArray(spec, 'recurrent: dropout', call.dropout, (spec.numLayers - 1) * R * D * P)
  return { N, R }
}

/**
 * Throws unless the states of `N` sequences fit the spec.
 * @throws RangeError on a wrong length, TypeError on a wrong element type
 */
export function checkState(spec: RecurrentSpec, N: number, h: FloatArray | null, c: FloatArray | null): void {
  const { D, H, P } = sizesOf(spec)
  const states = spec.numLayers * D * N
  if (h !== null) checkArray(spec, 'recurrent: h0', h, states * P)
  if (c === null) return
  if (spec.mode !== 'LSTM') throw new RangeError(`recurrent: c0 is for LSTM only, got it with ${spec.mode}`)
  checkArray(spec, 'recurrent: c0', c, states * H)
}

/**
 * Throws unless the gradients handed to `backward` fit the `N` sequences and `R` rows of its call.
 * @throws RangeError on a wrong length, TypeError on a wrong element type
 */
export function checkGradients(
  spec: RecurrentSpec,
  { N, R }: { readonly N: number; readonly R: number },
  { output, hn, cn }: OutputGradients,
): void {
  const { D, H, P } = sizesOf(spec)
  const states = spec.numLayers * D * N
  if (output !== null) checkArray(spec, 'backward: gradient of output', output, R * D * P)
  if (hn !== null) checkArray(spec, 'backward: gradient of hn', hn, states * P)
  if (cn === null) return
  if (spec.mode !== 'LSTM') {
    throw new RangeError(`backward: a gradient of cn is for LSTM only, got it with ${spec.mode}`)
  }
  checkArray(spec, 'backward: gradient of cn', cn, states * H)
}

/** @throws RangeError where no stream of `batch` sequences can be opened */
export function checkStream(spec: RecurrentSpec, batch: number): void {
  if (spec.bidirectional) {
    throw new RangeError(
      'stream: the reverse direction starts at the end of a sequence; expected one direction, got two',
    )
  }
  if (!Number.isInteger(batch) || batch < 1) {
    throw new RangeError(`stream: expected batch to be a whole number of at least 1, got ${batch}`)
  }
}

/** @throws RangeError unless a step's input has `length` elements, TypeError on a wrong element type */
export function checkStep(spec: RecurrentSpec, input: FloatArray, length: number): void {
  checkArray(spec, 'stream.step', input, length)
}

/**
 * A zeroed array of `dtype`.
 * @throws RangeError if the runtime has no memory for it
 */
export function allocate(dtype: RecurrentSpec['dtype'], length: number): FloatArray {
  try {
    return dtype === 'float32' ? new Float32Array(length) : new Float64Array(length)
  } catch (cause) {
    throw new RangeError(`no memory for ${length} elements of ${dtype}`, { cause })
  }
}

function checkArray(spec: RecurrentSpec, what: string, array: FloatArray, length: number): void {
  const dtype =
    array instanceof Float32Array
      ? 'float32'
      : array instanceof Float64Array
        ? 'float64'
        : describeValue(array)
  if (dtype !== spec.dtype) throw new TypeError(`${what}: expected ${spec.dtype}, got ${dtype}`)
  if (array.length !== length)
    throw new RangeError(`${what}: expected ${length} elements, got ${array.length}`)
}
