// Arguments of operations: turns what users pass into what the numeric core computes on, or refuses it.

import { describeValue } from '@unroll/kernels'
import { checkIntegers } from './checks.ts'
import { insteadOfTensor } from './insteadOfTensor.ts'
import { isScalar, type Operand, type Scalar } from './strided/promote.ts'
import type { Walk } from './strided/strided.ts'
import { TensorBase } from './tensorBase.ts'

/** Sizes or dims in PyTorch's forms: `(2, 3)` or `([2, 3])`. */
export type Integers = readonly number[] | readonly [list: readonly number[]]

/** The one guard of tensors. @throws TypeError unless `value` is a tensor */
export function recordOf(who: string, what: string, value: unknown): Walk {
  if (value instanceof TensorBase) return TensorBase.walkOf(value)
  throw new TypeError(`${who}: expected ${what} to be a Tensor, ${insteadOfTensor(value)}`)
}

/** @throws TypeError unless `values` is an array of tensors */
export function recordsOf(who: string, values: unknown): Walk[] {
  if (!Array.isArray(values)) {
    const remedy = values instanceof TensorBase ? `; write ${who}([a, b])` : ''
    throw new TypeError(`${who}: expected an array of tensors, got ${describeValue(values)}${remedy}`)
  }
  return values.map((value, index) => recordOf(who, `element ${index}`, value))
}

/** @throws TypeError unless `value` is a tensor or a plain number */
export function operandOf(who: string, value: unknown): Operand {
  if (value instanceof TensorBase) return TensorBase.walkOf(value)
  if (isScalar(value)) return value
  throw new TypeError(`${who}: expected a Tensor, number, bigint or boolean, ${insteadOfTensor(value)}`)
}

/** @throws TypeError unless `value` is a plain number */
export function checkScalar(who: string, value: unknown): asserts value is Scalar {
  if (isScalar(value)) return
  const remedy = value instanceof TensorBase ? '; its number is item(), and copy_() takes tensors' : ''
  throw new TypeError(`${who}: expected a number, bigint or boolean, got ${describeValue(value)}${remedy}`)
}

/**
 * The integers of a call that takes them as arguments or as one array.
 * @param what they are: `sizes`, `dims`
 * @throws TypeError unless all are integers
 */
export function integersOf(who: string, what: string, args: Integers): readonly number[] {
  if (args.length === 0) throw new TypeError(`${who}: expected ${what}, got none`)
  const list: unknown = args.length === 1 && Array.isArray(args[0]) ? args[0] : args
  checkIntegers(who, what, list)
  return list
}
