import type { FloatArray } from '@unroll/kernels'
import { elementsOf, noGrad, RuntimeError, type Tensor } from '@unroll/tensor'
import { ofFloats, shapeText } from '@unroll/tensor/layers'

/**
 * Changes the elements of a tensor of floats: in its own memory if they lie there in order, else in a copy that is written back.
 * Either way modules and backward see that it changed.
 */
export function changeElements(tensor: Tensor, change: (elements: FloatArray) => void): void {
  if (tensor.isContiguous()) {
    const { storage, offset, numel } = tensor
    const memory = floats(storage.elements)
    change(numel === memory.length ? memory : memory.subarray(offset, offset + numel))
    storage.version++
    return
  }
  const elements = floats(elementsOf(tensor))
  change(elements)
  noGrad(() => tensor.copy_(ofFloats(elements, tensor.shape)))
}

/**
 * The elements of a gradient, in memory that the parameter does not have.
 * @param name the parameter, as messages name it
 * @throws RuntimeError if its shape or dtype is not the parameter's
 */
export function gradientElements(who: string, name: string, parameter: Tensor, gradient: Tensor): FloatArray {
  const { dtype, shape } = parameter
  if (gradient.dtype !== dtype) {
    throw new RuntimeError(
      `${who}: expected the gradient of ${name} to be ${dtype} as it is, got ${gradient.dtype}; convert it with to('${dtype}')`,
    )
  }
  if (gradient.ndim !== shape.length || shape.some((size, dim) => gradient.shape[dim] !== size)) {
    throw new RuntimeError(
      `${who}: expected the gradient of ${name} to have its shape ${shapeText(shape)}, got ${shapeText(gradient.shape)}`,
    )
  }
  const elements = floats(elementsOf(gradient))
  return elements.buffer === parameter.storage.elements.buffer ? elements.slice() : elements
}

/** The elements of a tensor whose dtype was checked. */
export function floats(elements: ArrayBufferView): FloatArray {
  if (elements instanceof Float32Array || elements instanceof Float64Array) return elements
  throw new TypeError('expected memory of float32 or float64')
}
