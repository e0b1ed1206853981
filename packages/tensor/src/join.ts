import { recordOf, recordsOf } from './operands.ts'
import { cat as catStrided, stack as stackStrided } from './strided/join.ts'
import { linear as linearStrided } from './strided/matmul.ts'
import { Tensor } from './tensor.ts'

/** Joins tensors along `dim`. Their other sizes must be equal. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return new Tensor(catStrided(recordsOf('cat', tensors), dim))
}

/** Joins tensors of one shape along a new dimension `dim`. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return new Tensor(stackStrided(recordsOf('stack', tensors), dim))
}

/**
 * `input weight^T + bias`.
 * @param input (..., I)
 * @param weight (O, I)
 * @param bias (O)
 * @returns (..., O)
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const [x, w] = [recordOf('linear', 'the input', input), recordOf('linear', 'the weight', weight)]
  const b = bias === null ? null : recordOf('linear', 'the bias', bias)
  return new Tensor(linearStrided(x, w, b))
}
