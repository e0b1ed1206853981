import type { TypedArray } from './dtype.ts'
import { recordOf } from './operands.ts'
import { elementsOf as elementsOfStrided } from './strided/cast.ts'
import type { Tensor } from './tensor.ts'

/**
 * The elements in logical order, to read, for the layers above: the memory itself where they lie that way, else a copy.
 * Unlike `tensor.data` it does not count as handing the memory out, so what is given to users, kept or written to is not
 * taken here.
 * @example
 * Array.from(elementsOf(tensor([3n, 2n])), Number)   // [3, 2]
 */
export function elementsOf(tensor: Tensor): TypedArray {
  return elementsOfStrided(recordOf('elementsOf', 'its argument', tensor))
}
