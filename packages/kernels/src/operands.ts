import type {
  FloatArray,
  FloatDType,
  MatmulOperands,
  MatrixOperand,
  PackedMatrix,
  SoftmaxOperands,
} from './engine.ts'

// What would make an engine read or write out of bounds, or mix element types, is refused here: sizes with a
// RangeError, element types with a TypeError.

export function dtypeOf(array: FloatArray): FloatDType {
  return array instanceof Float32Array ? 'float32' : 'float64'
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

export function checkMatrix({ b, k, n, bias }: MatrixOperand, who: string = 'packMatrix'): void {
  checkLength(`${who}: b`, b, k * n)
  if (!bias) return
  checkLength(`${who}: bias`, bias, n)
  checkSameType(`${who}: bias`, bias, dtypeOf(b))
}

export function checkFactor(a: FloatArray, m: number, { k, dtype }: Pick<PackedMatrix, 'k' | 'dtype'>): void {
  checkLength('multiply: a', a, m * k)
  checkSameType('multiply: a', a, dtype)
}

/** @returns elements of the result */
export function checkPair(x: FloatArray, y: FloatArray): number {
  checkSameType('zip: y', y, dtypeOf(x))
  if (x.length !== y.length && x.length !== 1 && y.length !== 1) {
    throw new RangeError(`zip: expected equally many elements, or one, got ${x.length} and ${y.length}`)
  }
  return x.length === 1 ? y.length : x.length
}

export function checkSoftmax({ x, rows, columns }: SoftmaxOperands): void {
  checkLength('softmax: x', x, rows * columns)
}

/** What a result is written into. */
export function checkResult(who: string, out: FloatArray, length: number, dtype: FloatDType): void {
  checkLength(`${who}: out`, out, length)
  checkSameType(`${who}: out`, out, dtype)
}

function checkLength(what: string, array: FloatArray, length: number): void {
  if (array.length !== length)
    throw new RangeError(`${what}: expected ${length} elements, got ${array.length}`)
}

function checkSameType(what: string, array: FloatArray, dtype: FloatDType): void {
  if (dtypeOf(array) !== dtype) throw new TypeError(`${what}: expected ${dtype}, got ${dtypeOf(array)}`)
}
