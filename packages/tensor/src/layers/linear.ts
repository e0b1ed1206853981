import type { HostEngine, PackedMatrix } from '@unroll/kernels'
import { recordOf } from '../operands.ts'
import * as products from '../operations/products.ts'
import { linearShape as shapeOf } from '../strided/matmul.ts'
import { type Tensor, tensorOf } from '../tensor.ts'

/**
 * As `linear`, by a weight and bias that `engine` keeps, as a module has them.
 * @param input (..., I)
 * @param weight (O, I)
 * @param bias (O), or null
 * @param packed gives them once the arguments are known to fit
 * @returns (..., O)
 * @throws RuntimeError if the shapes do not fit or the dtypes differ
 */
export function packedLinear(
  engine: HostEngine,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  packed: () => PackedMatrix,
): Tensor {
  return tensorOf(products.packedLinear(engine, input, weight, bias, packed))
}

/** Records `result` as that of `linear`, wherever it was computed, and returns it. */
export function recordLinear(input: Tensor, weight: Tensor, bias: Tensor | null, result: Tensor): Tensor {
  return tensorOf(products.recordLinear(input, weight, bias, result))
}

/**
 * The shape of the result of `linear`, (..., O).
 * @throws RuntimeError if the shapes do not fit or the dtypes differ
 */
export function linearShape(input: Tensor, weight: Tensor, bias: Tensor | null): number[] {
  const [x, w] = [recordOf('linear', 'the input', input), recordOf('linear', 'the weight', weight)]
  return shapeOf(x, w, bias === null ? null : recordOf('linear', 'the bias', bias))
}
