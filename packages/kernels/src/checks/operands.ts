import { describeValue } from '../arguments.ts'
import type { MatmulOperands, MatrixOperand, PackedMatrix, SoftmaxOperands } from '../contract/matrix.ts'
import type { FloatArray, FloatDType } from '../contract/recurrent.ts'

// Refuses what would make an engine read or write out of bounds, or mix element types. A wrong size is a RangeError, a
// wrong element type a TypeError.

/** @throws TypeError unless `array` is an array of floats */
export function dtypeOf(array: FloatArray): FloatDType {
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof Float64Array) return 'float64'
  throw new TypeError(`expected a Float32Array or Float64Array, got ${describeValue(array)}`)
}

/**
 * The entry of an engine for the function `f`.
 * @throws RangeError if there is no such function
 */
export function functionOf<F extends string, T>(who: string, functions: Record<F, T>, f: F): T {
  if (Object.hasOwn(functions, f)) return functions[f]
  throw new RangeError(
    `${who}: expected one of ${Object.keys(functions).join(', ')}, got ${describeValue(f)}`,
  )
}

/**
 * Throws unless the operands of a product fit its sizes.
 * @throws RangeError on a wrong length, TypeError on element types that differ
 */
export function checkMatmul(operands: MatmulOperands): void {
  checkMatrix(operands, 'matmul')
  const { a, b, m, k } = operands
  checkLength('matmul: a', a, m * k)
  checkSameType('matmul: a', a, dtypeOf(b))
}

export function checkMatrix(operand: MatrixOperand, who: string = 'packMatrix'): void {
  checkRecord(who, operand)
  const { b, k, n, bias } = operand
  checkLength(`${who}: b`, b, k * n)
  if (!bias) return
  checkLength(`${who}: bias`, bias, n)
  checkSameType(`${who}: bias`, bias, dtypeOf(b))
}

export function checkFactor(a: FloatArray, m: number, { k, dtype }: Pick<PackedMatrix, 'k' | 'dtype'>): void {
  checkLength('multiply: a', a, m * k)
  checkSameType('multiply: a', a, dtype)
}

/** @returns the number of elements of the result */
export function checkPair(x: FloatArray, y: FloatArray): number {
  checkSameType('zip: y', y, dtypeOf(x))
  if (x.length !== y.length && x.length !== 1 && y.length !== 1) {
    throw new RangeError(`zip: expected equally many elements, or one, got ${x.length} and ${y.length}`)
  }
  return x.length === 1 ? y.length : x.length
}

export function checkSoftmax(operands: SoftmaxOperands): void {
  checkRecord('softmax', operands)
  const { x, rows, columns } = operands
  checkLength('softmax: x', x, rows * columns)
}

/** @throws TypeError unless `value` is an object, like all arguments of an engine that are not arrays */
export function checkRecord(who: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return
  throw new TypeError(`${who}: expected an object of operands, got ${describeValue(value)}`)
}

/** Throws unless a result can be written into `out`. */
export function checkResult(who: string, out: FloatArray, length: number, dtype: FloatDType): void {
  checkLength(`${who}: out`, out, length)
  checkSameType(`${who}: out`, out, dtype)
}

function checkLength(what: string, array: FloatArray, length: number): void {
  if (!(array instanceof Float32Array || array instanceof Float64Array)) {
    throw new TypeError(`${what}: expected a Float32Array or Float64Array, got ${describeValue(array)}`)
  }
  if (array.length !== length)
    throw new RangeError(`${what}: expected ${length} elements, got ${array.length}`)
}

function checkSameType(what: string, array: FloatArray, dtype: FloatDType): void {
  if (dtypeOf(array) !== dtype) throw new TypeError(`${what}: expected ${dtype}, got ${dtypeOf(array)}`)
}
