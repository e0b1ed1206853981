// What the engine of @unroll/kernels computes for the numeric core, and how operands come to it: as they lie in
// memory where that is without gaps, else as a copy.

import { currentHostEngine, type FloatArray, type UnaryFunction } from '@unroll/kernels'
import type { TypedArray } from '../dtype.ts'
import { elementsOf } from './cast.ts'
import { dense, isContiguous, type Strided } from './strided.ts'

/** `f` of every element of `t`, of float32 or float64. */
export function mapFloats(f: UnaryFunction, t: Strided): Strided {
  return dense(t.shape, t.dtype, currentHostEngine().map(f, floatsOf(t)))
}

/** The elements of float32 or float64 in logical order: the memory itself where they lie that way. */
export function floatsOf(t: Strided): FloatArray {
  return floats(elementsOf(t))
}

/** The same without a copy, or the one element that stands at every position; null where neither will do. */
export function floatsAsTheyLie(t: Strided): FloatArray | null {
  if (isContiguous(t)) return floatsOf(t)
  const isOneElement = t.strides.every((stride, dim) => stride === 0 || t.shape[dim] === 1)
  return isOneElement ? floats(t.storage.elements.subarray(t.offset, t.offset + 1)) : null
}

function floats(data: TypedArray): FloatArray {
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  throw new TypeError('expected memory of float32 or float64')
}
