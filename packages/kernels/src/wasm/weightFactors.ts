import { allocate } from '../allocate.ts'
import type { FloatArray, RecurrentSpec } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import { backwardSizes } from './backwardLayout.ts'

/**
 * What the gradients of the weights of one timestep are products of, as kernels read and write it. A tape gives it away as one
 * array: `gates`, then `hidden`, then `input`, of its own sequences.
 */
export interface WeightFactors {
  /** `(R, dStride)`: dGates of assembly/backwardCall.ts. */
  readonly gates: FloatArray
  /** `(R, stateStride)`: hBefore. */
  readonly hidden: FloatArray
  /** `(R, I)` */
  readonly input: FloatArray
}

/** Room for the factors of `rows` rows, in one array. */
export function allocateFactors(spec: RecurrentSpec, rows: number): WeightFactors & { all: FloatArray } {
  const { gates, hidden, input } = widthsOf(spec)
  const all = allocate(spec.dtype, rows * (gates + hidden + input))
  return { all, ...partsOf(spec, all) }
}

/** Those of several calls as those of one. @throws RangeError on a length that no call of this spec has */
export function joinFactors(spec: RecurrentSpec, calls: readonly FloatArray[]): WeightFactors {
  const parts = calls.map((all) => partsOf(spec, all))
  const join = (name: keyof WeightFactors): FloatArray => {
    const joined = allocate(
      spec.dtype,
      parts.reduce((sum, each) => sum + each[name].length, 0),
    )
    let at = 0
    for (const each of parts) {
      joined.set(each[name], at)
      at += each[name].length
    }
    return joined
  }
  return { gates: join('gates'), hidden: join('hidden'), input: join('input') }
}

function partsOf(spec: RecurrentSpec, all: FloatArray): WeightFactors {
  const { gates, hidden, input } = widthsOf(spec)
  const rows = all.length / (gates + hidden + input)
  if (!Number.isInteger(rows)) {
    throw new RangeError(`weightGradients: expected factors of these weights, got ${all.length} elements`)
  }
  const [toHidden, toInput] = [rows * gates, rows * (gates + hidden)]
  return {
    gates: all.subarray(0, toHidden),
    hidden: all.subarray(toHidden, toInput),
    input: all.subarray(toInput),
  }
}

/** How many elements a row of each has. */
function widthsOf(spec: RecurrentSpec): Readonly<Record<keyof WeightFactors, number>> {
  const { I } = sizesOf(spec)
  const { dStride, stateStride } = backwardSizes(spec, I)
  return { gates: dStride, hidden: stateStride, input: I }
}
