import { describeValue } from '@unroll/kernels'
import { elementsOf, Tensor } from '@unroll/tensor'

/** A shape as text: `(5, 3)`. A letter stands for any size. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `(${shape.join(', ')})`
}

/**
 * The whole numbers of a list or of a 1-D tensor: lengths, batch sizes, indices.
 * @throws TypeError if it is neither, or a number is not whole
 * @throws RangeError if the tensor is not 1-D
 */
export function integersOf(who: string, what: string, source: readonly number[] | Tensor): number[] {
  if (source instanceof Tensor && source.ndim !== 1) {
    throw new RangeError(`${who}: expected ${what} to be 1-D, got shape ${formatShape(source.shape)}`)
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

export function checkBoolean(who: string, what: string, value: unknown): void {
  if (typeof value === 'boolean') return
  throw new TypeError(`${who}: expected ${what} to be true or false, got ${describeValue(value)}`)
}

export function checkNumber(who: string, what: string, value: unknown): void {
  if (typeof value === 'number') return
  throw new TypeError(`${who}: expected ${what} to be a number, got ${describeValue(value)}`)
}

export function checkInteger(who: string, what: string, value: unknown): void {
  if (Number.isInteger(value)) return
  throw new TypeError(`${who}: expected ${what} to be a whole number, got ${describeValue(value)}`)
}
