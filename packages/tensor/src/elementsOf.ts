import type { TypedArray } from './dtype.ts'
import { recordOf } from './operands.ts'
import { elementsOf as elementsOfStrided } from './strided/cast.ts'
import type { Tensor } from './tensor.ts'

/**
 * The elements in logical order, for the layers above to read: the memory itself if they lie in that order, else a copy. Unlike
 * `tensor.data`, it does not mark the memory as handed out. So the result must not be given to users, kept, or written to.
 * @example
 * Array.from(elementsOf(tensor([3n, 2n])), Number)   // [3, 2]
 */
export function elementsOf(tensor: Tensor): TypedArray {
  return elementsOfStrided(recordOf('elementsOf', 'its argument', tensor))
}
