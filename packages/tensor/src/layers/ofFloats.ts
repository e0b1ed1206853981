import type { FloatArray } from '@unroll/kernels'
import { dense } from '../strided/strided.ts'
import { Tensor } from '../tensor.ts'

/**
 * A tensor of elements that nobody else holds, as engines give them: their very memory, and nothing is checked.
 * @param elements row-major
 * @param shape of as many elements; it is kept
 *
 * @example
 * ofFloats(Float32Array.of(1, 2, 3, 4), [2, 2]).toArray()   // [[1, 2], [3, 4]]
 */
export function ofFloats(elements: FloatArray, shape: readonly number[]): Tensor {
  return new Tensor(dense(shape, elements instanceof Float32Array ? 'float32' : 'float64', elements))
}
