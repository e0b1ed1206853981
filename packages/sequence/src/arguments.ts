import type { FloatArray } from '@unroll/kernels'
import { Tensor } from '@unroll/tensor'

/** A value in an error message: `number 4.5`, `null`, `Map`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `${typeof value} ${String(value)}`
  return value.constructor?.name ?? 'object'
}

/** `(5, 3)`; letters stand for sizes that may be any. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `(${shape.join(', ')})`
}

/** @throws TypeError unless `value` is a tensor */
export function checkTensor(who: string, what: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) {
    throw new TypeError(`${who}: expected ${what} to be a Tensor, got ${describe(value)}`)
  }
}

/**
 * The whole numbers of a list or of a 1-D tensor: lengths, batch sizes, indices.
 * @throws TypeError if it is neither, or if a number is not whole
 * @throws RangeError if the tensor is not 1-D
 */
export function integersOf(who: string, what: string, source: readonly number[] | Tensor): number[] {
  if (source instanceof Tensor && source.ndim !== 1) {
    throw new RangeError(`${who}: expected ${what} to be 1-D, got shape ${formatShape(source.shape)}`)
  }
  if (!(source instanceof Tensor) && !Array.isArray(source)) {
    throw new TypeError(`${who}: expected ${what} to be an array or an int64 Tensor, got ${describe(source)}`)
  }
  const values = source instanceof Tensor ? Array.from(source.to('float64').data, Number) : [...source]
  const wrong = values.findIndex((value) => !Number.isInteger(value))
  if (wrong < 0) return values
  throw new TypeError(`${who}: expected ${what} to be whole numbers, got ${describe(values[wrong])}`)
}

/**
 * The elements of a tensor for an engine: its own memory if it is contiguous.
 * @throws TypeError unless it is float32 or float64
 */
export function floatsOf(who: string, { data, dtype }: Tensor): FloatArray {
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  throw new TypeError(
    `${who}: expected float32 or float64, which engines compute with, got ${dtype}; convert with .to('float32')`,
  )
}
