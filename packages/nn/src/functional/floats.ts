import type { FloatArray } from '@unroll/kernels'
import { elementsOf, RuntimeError, type Tensor } from '@unroll/tensor'

/**
 * The elements of a tensor, in logical order. If they are stored in that order, this is the tensor's own memory.
 * @throws RuntimeError unless it is float32 or float64
 */
export function floatsOf(who: string, what: string, tensor: Tensor): FloatArray {
  const elements = elementsOf(tensor)
  if (elements instanceof Float32Array || elements instanceof Float64Array) return elements
  throw new RuntimeError(
    `${who}: expected ${what} of float32 or float64, got ${tensor.dtype}; convert with .to('float32')`,
  )
}

/** An array of zeros with the element type of `like`. */
export function allocateLike(like: FloatArray, length: number): FloatArray {
  return like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)
}

/** @throws RuntimeError unless the input has the dtype of the weights */
export function checkSameDType(who: string, input: Tensor, weight: Tensor | null): void {
  if (weight === null || weight.dtype === input.dtype) return
  throw new RuntimeError(
    `${who}: expected input of dtype ${weight.dtype}, as the weights, got ${input.dtype}; ` +
      `convert it with .to('${weight.dtype}')`,
  )
}
