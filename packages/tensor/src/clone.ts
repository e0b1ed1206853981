import { type DType, holds, isDType, type TypedArray } from './dtype.ts'
import { RuntimeError } from './errors.ts'
import { Storage } from './storage.ts'
import { fromJsonElements } from './strided/construct.ts'
import { contiguousStrides, numelOf, type Strided, shapeText, Walk } from './strided/strided.ts'

/**
 * What `structuredClone` and `postMessage` make of a tensor, with its memory, or JSON, with plain numbers: an object
 * without methods. `tensor()` makes it a tensor again.
 */
export interface TensorClone {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** In logical order. Plain ones are those of `Tensor.toJSON`. */
  readonly data: TypedArray | readonly (number | string | boolean)[]
  readonly requiresGrad?: boolean
}

/**
 * True of what is left of a tensor that was cloned or written as JSON: a plain object with a dtype, a shape and data.
 * @example
 * worker.onmessage = ({ data }) => isTensorClone(data.weight) && tensor(data.weight)
 */
export function isTensorClone(value: unknown): value is TensorClone {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return false
  if (!('dtype' in value && 'shape' in value && 'data' in value && isDType(value.dtype))) return false
  const { dtype, shape, data } = value
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0)
  return isShape && (Array.isArray(data) || (ArrayBuffer.isView(data) && holds(dtype, data)))
}

/**
 * A record over the memory of `clone`.
 * @throws RuntimeError if its shape has another number of elements
 */
export function fromClone({ dtype, shape, data }: TensorClone): Strided {
  if (data.length !== numelOf(shape)) {
    throw new RuntimeError(
      `tensor: shape ${shapeText(shape)} of a clone does not fit ${data.length} elements`,
    )
  }
  if (!ArrayBuffer.isView(data)) return fromJsonElements(data, shape, dtype)
  const storage = storages.get(data) ?? new Storage(data)
  storage.isHandedOut = true
  storages.set(data, storage)
  return new Walk(storage, [...shape], contiguousStrides(shape), 0, dtype)
}

/** Tensors that shared their memory, as tied weights do, were cloned with one array: they share a storage again. */
const storages: WeakMap<TypedArray, Storage> = /* @__PURE__ */ new WeakMap()

/** Made by `{}`, or by a clone; not an instance of a class. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
