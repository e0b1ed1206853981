import { describeValue } from '../arguments.ts'
import type { FloatArray, RecurrentInput, RecurrentSpec } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import { checkArray } from './array.ts'
import { checkRecord } from './operands.ts'

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

/** @throws RangeError if no stream of `batch` sequences can be opened */
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
