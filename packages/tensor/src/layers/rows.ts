import * as operations from '../operations/rows.ts'
import { type Tensor, tensorOf } from '../tensor.ts'

/**
 * Copies rows of a tensor, its positions of dimension 0, into several tensors. Its gradient is {@link putRows}.
 * @param name of the operation, as `gradFn` shows it
 * @param x `(R, *)`
 * @param places the rows of each result; no row is in two lists
 * @returns `(places[k].length, *)` each
 *
 * @example
 * takeRows('TakeBackward', tensor([5, 6, 7]), [Int32Array.of(2, 0)])   // [tensor([7, 5])]
 */
export function takeRows(name: string, x: Tensor, places: readonly Int32Array[]): Tensor[] {
  return operations.takeRows(name, x, places).map(tensorOf)
}

/**
 * Copies the rows of tensors into one. Its gradient is {@link takeRows}.
 * @param parts at least one, of equal dtypes and sizes but for dimension 0
 * @param places of the rows of each part; no two meet
 * @param rows of the result
 * @param padding what all other rows are filled with, a tensor of no dimensions; zeros if null
 * @returns `(rows, *)`
 *
 * @example
 * putRows('PutBackward', [tensor([7, 5])], [Int32Array.of(2, 0)], 3).toArray()   // [5, 0, 7]
 */
export function putRows(
  name: string,
  parts: readonly Tensor[],
  places: readonly Int32Array[],
  rows: number,
  padding: Tensor | null = null,
): Tensor {
  return tensorOf(operations.putRows(name, parts, places, rows, padding))
}
