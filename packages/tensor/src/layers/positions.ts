import * as indexing from '../operations/indexing.ts'
import { type Tensor, tensorOf } from '../tensor.ts'

/**
 * A copy of the positions of `dim`, in the order of `positions`. Its gradient is {@link addPositions}.
 * @param dim counted from the front
 * @param positions counted from the front, which must exist; -1 gives zeros
 * @param name of the operation, as `gradFn` shows it
 *
 * @example
 * takePositions('TakeBackward', tensor([5, 6, 7]), 0, Int32Array.of(2, -1)).toArray()   // [7, 0]
 */
export function takePositions(name: string, x: Tensor, dim: number, positions: Int32Array): Tensor {
  return tensorOf(indexing.takePositions(x, dim, positions, name))
}

/**
 * Zeros of `size` positions of `dim`, with each position of `x` added where `positions` says; at -1 it is left out. Its gradient is
 * {@link takePositions}.
 *
 * @example
 * addPositions(tensor([1, 2, 4]), 0, 3, Int32Array.of(2, -1, 2)).toArray()   // [0, 0, 5]
 */
export function addPositions(x: Tensor, dim: number, size: number, positions: Int32Array): Tensor {
  return tensorOf(indexing.addPositions(x, dim, size, positions))
}
