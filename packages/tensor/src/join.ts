import * as joining from './operations/joining.ts'
import * as products from './operations/products.ts'
import { type Tensor, tensorOf } from './tensor.ts'

/** Joins tensors along `dim`. Their other sizes must be equal. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return tensorOf(joining.cat(tensors, dim))
}

/** Joins tensors of one shape along a new dimension `dim`. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return tensorOf(joining.stack(tensors, dim))
}

/**
 * `input weight^T + bias`.
 * @param input (..., I)
 * @param weight (O, I)
 * @param bias (O)
 * @returns (..., O)
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return tensorOf(products.linear(input, weight, bias))
}
