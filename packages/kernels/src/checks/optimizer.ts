import type { Moment, OptimizerStep } from '../contract/optimizer.ts'
import type { FloatArray, FloatDType } from '../contract/recurrent.ts'
import { checkRecord, dtypeOf } from './operands.ts'

/**
 * Throws unless all arrays of a step fit each other.
 * @param moments those of the rule; null for one that it does not use
 * @throws RangeError on a wrong length, TypeError on element types that differ
 */
export function checkOptimizerStep(
  who: string,
  step: OptimizerStep,
  moments: readonly (Moment | null)[],
): void {
  checkRecord(who, step)
  const { parameter, gradient } = step
  const dtype = dtypeOf(parameter)
  checkElements(`${who}: gradient`, gradient, parameter.length, dtype)
  for (const moment of moments) {
    if (moment === null) continue
    checkSame(`${who}: moment`, moment, parameter.length, dtype)
  }
}

/** Throws unless `elements` can be written into a moment. */
export function checkMomentElements({ length, dtype }: Moment, elements: FloatArray): void {
  checkElements('moment', elements, length, dtype)
}

/** @throws RangeError unless `length` is a number of elements */
export function checkMomentLength(length: number): void {
  if (Number.isSafeInteger(length) && length >= 0) return
  throw new RangeError(`moment: expected a length of 0 or more, got ${length}`)
}

function checkElements(what: string, array: FloatArray, length: number, dtype: FloatDType): void {
  checkSame(what, { length: array.length, dtype: dtypeOf(array) }, length, dtype)
}

function checkSame(
  what: string,
  got: Pick<Moment, 'length' | 'dtype'>,
  length: number,
  dtype: FloatDType,
): void {
  if (got.dtype !== dtype) throw new TypeError(`${what}: expected ${dtype}, got ${got.dtype}`)
  if (got.length !== length) throw new RangeError(`${what}: expected ${length} elements, got ${got.length}`)
}
