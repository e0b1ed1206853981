import { describeValue } from '@unroll/kernels'
import { elementsOf, Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'

/**
 * The whole numbers of a list or of a 1-D tensor: lengths, batch sizes, indices.
 * @throws TypeError if it is neither, or a number is not whole
 * @throws RangeError if the tensor is not 1-D
 */
export function integersOf(who: string, what: string, source: readonly number[] | Tensor): number[] {
  if (source instanceof Tensor && source.ndim !== 1) {
    throw new RangeError(`${who}: expected ${what} to be 1-D, got shape ${shapeText(source.shape)}`)
  }
  if (!(source instanceof Tensor) && !Array.isArray(source)) {
    throw new TypeError(
      `${who}: expected ${what} to be an array or an int64 Tensor, got ${describeValue(source)}`,
    )
  }
  const values = Array.from(source instanceof Tensor ? numbersOf(source) : source)
  const wrong = values.findIndex((value) => !Number.isInteger(value))
  if (wrong < 0) return values
  throw new TypeError(`${who}: expected ${what} to be whole numbers, got ${describeValue(values[wrong])}`)
}

function numbersOf(tensor: Tensor): ArrayLike<number> {
  return Array.from(elementsOf(tensor.dtype === 'int64' ? tensor : tensor.to('float64')), Number)
}
