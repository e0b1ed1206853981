import { describeValue } from '@unroll/kernels'
import { type DType, dtypeOf, holds, isBigintType, isHalf } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { cast } from './cast.ts'
import { checkShape } from './dims.ts'
import { checkFits, isScalar, type Scalar, toBigInt } from './promote.ts'
import { dense, numelOf, type Strided, shapeText } from './strided.ts'

/** Numbers, bigints or booleans in arrays nested as deep as there are dimensions. */
export type NestedArray = Scalar | readonly NestedArray[]

/**
 * A row-major record over a typed array. It shares the memory if `shape` is given and the dtype is that of the array; else it is a
 * copy, with one dimension unless `shape` is given.
 * @throws RuntimeError if `shape` has another number of elements
 */
export function fromTypedArray(array: ArrayBufferView, shape?: readonly number[], dtype?: DType): Strided {
  const own = dtype !== undefined && isHalf(dtype) && array instanceof Uint16Array ? dtype : dtypeOf(array)
  if (own === null || !holds(own, array)) {
    throw new TypeError(`tensor: no dtype is held in ${describeValue(array)}; copy it to another typed array`)
  }
  if (shape === undefined) return cast(dense([array.length], own, array.slice()), dtype ?? own)
  checkShape('tensor', shape)
  if (array.length !== numelOf(shape)) {
    throw new RuntimeError(`tensor: shape ${shapeText(shape)} does not fit ${array.length} elements`)
  }
  const shared = dense([...shape], own, array)
  shared.storage.isHandedOut = true
  return cast(shared, dtype ?? own)
}

/**
 * A record of nested arrays. Without `dtype`: float32 if there is a number, int64 if there are only bigints and
 * booleans, bool if only booleans, float32 if there is nothing.
 * @throws RangeError if the arrays of a dimension differ in length
 */
export function fromNested(data: NestedArray, dtype?: DType): Strided {
  const shape: number[] = []
  for (let level = data; Array.isArray(level); level = level[0] ?? []) {
    shape.push(level.length)
    if (level.length === 0) break
  }
  const flat: Scalar[] = []
  flatten(data, shape, [], flat)
  return fromScalars(flat, shape, dtype ?? inferDType(flat))
}

/** Appends the elements of `data`, which is at `path` in the whole. */
function flatten(data: NestedArray, shape: readonly number[], path: number[], flat: Scalar[]): void {
  const size = shape[path.length]
  if (isScalar(data) && size === undefined) {
    flat.push(data)
  } else if (Array.isArray(data) && data.length === size) {
    for (const [index, element] of data.entries()) {
      path.push(index)
      flatten(element, shape, path, flat)
      path.pop()
    }
  } else {
    refuse(data, size, path)
  }
}

function refuse(data: NestedArray, size: number | undefined, path: readonly number[]): never {
  const expected = size === undefined ? 'a number, bigint or boolean' : `an array of length ${size}`
  const message = (got: string): string =>
    `tensor: expected ${expected}${path.length > 0 ? ` at index [${path.join(', ')}]` : ''}, got ${got}`
  if (Array.isArray(data)) throw new RangeError(message(`an array of length ${data.length}`))
  throw new TypeError(message(insteadOfNumber(data)))
}

function insteadOfNumber(value: unknown): string {
  const remedy =
    typeof value === 'object' && value !== null && 'strides' in value
      ? '; clone() copies a tensor, stack() joins several'
      : ''
  return describeValue(value) + remedy
}

/**
 * A record of elements in logical order from JSON, which has text for what its numbers cannot hold.
 * @throws TypeError if an element is neither
 */
export function fromJsonElements(data: readonly unknown[], shape: readonly number[], dtype: DType): Strided {
  const flat = data.map((element, index): Scalar => {
    if (typeof element === 'number' || typeof element === 'boolean') return element
    const value = typeof element === 'string' ? scalarOfText(element, dtype) : null
    if (value !== null) return value
    throw new TypeError(
      `tensor: expected a number at index ${index} of a clone, got ${describeValue(element)}`,
    )
  })
  return fromScalars(flat, [...shape], dtype)
}

function scalarOfText(text: string, dtype: DType): Scalar | null {
  if (isBigintType(dtype)) return /^-?\d+$/.test(text) ? BigInt(text) : null
  return /^(NaN|-?Infinity|-0)$/.test(text) ? Number(text) : null
}

function inferDType(flat: readonly Scalar[]): DType {
  if (flat.some((value) => typeof value === 'number') || flat.length === 0) return 'float32'
  return flat.some((value) => typeof value === 'bigint') ? 'int64' : 'bool'
}

function fromScalars(flat: readonly Scalar[], shape: readonly number[], dtype: DType): Strided {
  checkFits('tensor', flat, dtype)
  if (dtype === 'int64') return dense(shape, dtype, BigInt64Array.from(flat, toBigInt))
  if (dtype === 'uint64') return dense(shape, dtype, BigUint64Array.from(flat, toBigInt))
  return cast(dense(shape, 'float64', Float64Array.from(flat, Number)), dtype)
}
