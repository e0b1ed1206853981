// Operations that the engine of @unroll/kernels computes for the numeric core. Operands without gaps are passed as they lie in
// memory, others are copied.

import { currentHostEngine, type FloatArray, type UnaryFunction } from '@unroll/kernels'
import type { TypedArray } from '../dtype.ts'
import { elementsOf } from './cast.ts'
import { dense, isContiguous, type Strided } from './strided.ts'

/** `f` of every element of `t`, of float32 or float64. */
export function mapFloats(f: UnaryFunction, t: Strided): Strided {
  return dense(t.shape, t.dtype, currentHostEngine().map(f, floatsOf(t)))
}

/** The elements of float32 or float64 in logical order: the memory itself if they lie in that order. */
export function floatsOf(t: Strided): FloatArray {
  return floats(elementsOf(t))
}

/** The same without a copy, or the single element if it is at every position; null if neither is possible. */
export function floatsAsTheyLie(t: Strided): FloatArray | null {
  if (isContiguous(t)) return floatsOf(t)
  const isOneElement = t.strides.every((stride, dim) => stride === 0 || t.shape[dim] === 1)
  return isOneElement ? floats(t.storage.elements.subarray(t.offset, t.offset + 1)) : null
}

function floats(data: TypedArray): FloatArray {
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  throw new TypeError('expected memory of float32 or float64')
}
