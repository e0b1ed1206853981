import { type DType, holdsBigints, integerLimits, isFloatingPoint, promoteTypes } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { dense, type Strided } from './strided.ts'

/**
 * A plain number among tensors. It takes the tensors' dtype unless it is of a higher kind (bool, integer, float). Whole numbers and
 * bigints are integers, so `ints.mul(2)` stays int64 and `ints.mul(0.5)` becomes float32.
 */
export type Scalar = number | bigint | boolean

/** An operand of an elementwise operation. */
export type Operand = Strided | Scalar

export function isScalar(operand: unknown): operand is Scalar {
  return typeof operand === 'number' || typeof operand === 'bigint' || typeof operand === 'boolean'
}

/** The dtype of a lone scalar of this kind. */
function scalarDType(scalar: Scalar): DType {
  if (typeof scalar === 'boolean') return 'bool'
  return typeof scalar === 'bigint' || Number.isInteger(scalar) ? 'int64' : 'float32'
}

/** A tensor of no dimensions. */
export function scalarOf(scalar: Scalar, dtype: DType): Strided {
  const result = dense([], dtype)
  const { elements: data } = result.storage
  if (holdsBigints(data)) data[0] = toBigInt(scalar)
  else data[0] = Number(scalar)
  return result
}

/**
 * The common dtype of operands. Tensors with dimensions decide. Tensors without dimensions can only raise the kind (integer to
 * float), and so can scalars after these.
 * Source: PyTorch's documentation, tensor attributes, type promotion.
 */
export function resultType(who: string, ...operands: readonly Operand[]): DType {
  let dimensioned: DType | null = null
  let zeroDim: DType | null = null
  let scalar: DType | null = null
  const meet = (a: DType | null, b: DType): DType => (a === null ? b : promoteTypes(a, b, who))
  for (const operand of operands) {
    if (isScalar(operand)) scalar = meet(scalar, scalarDType(operand))
    else if (operand.shape.length === 0) zeroDim = meet(zeroDim, operand.dtype)
    else dimensioned = meet(dimensioned, operand.dtype)
  }
  return raise(who, dimensioned, raise(who, zeroDim, scalar)) ?? 'float32'
}

/** `high`, unless `low` is of a higher kind. */
function raise(who: string, high: DType | null, low: DType | null): DType | null {
  if (high === null || low === null) return high ?? low
  if (isFloatingPoint(high)) return high
  return isFloatingPoint(low) || high === 'bool' ? promoteTypes(high, low, who) : high
}

/**
 * Throws unless an integer `dtype` can hold each of `scalars`, without its fraction. Unsigned dtypes take whole negative numbers,
 * counted from their end, as in PyTorch.
 */
export function checkFits(who: string, scalars: readonly Scalar[], dtype: DType): void {
  const limits = integerLimits(dtype)
  if (limits === null) return
  const [least, most] = limits
  const leastWhole = least === 0n ? -most : least
  for (const scalar of scalars) {
    if (typeof scalar === 'boolean') continue
    const isWhole = typeof scalar === 'bigint' || Number.isInteger(scalar)
    if (!(scalar >= (isWhole ? leastWhole : least) && scalar <= most)) {
      throw new RuntimeError(`${who}: ${dtype} cannot hold ${scalar}`)
    }
  }
}

/** Drops the fraction. */
export function toBigInt(scalar: Scalar): bigint {
  return BigInt(typeof scalar === 'number' ? Math.trunc(scalar) : scalar)
}
