import { type DType, holds, isDType, type TypedArray } from './dtype.ts'
import { RuntimeError } from './errors.ts'
import { Storage } from './storage.ts'
import { fromJsonElements } from './strided/construct.ts'
import { contiguousStrides, numelOf, type Strided, shapeText, Walk } from './strided/strided.ts'
import { asStrided } from './strided/views.ts'

/**
 * A tensor that went through `structuredClone`, `postMessage` or JSON: a plain object with the tensor's own properties, but no
 * methods. `tensor()` makes it a tensor again.
 */
export type TensorClone = ShownClone | HiddenClone

/** The clone of a tensor that was compared before, or its JSON: the contents that a tensor shows. */
interface ShownClone {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** The elements in logical order. An array comes from `Tensor.toJSON`. */
  readonly data: TypedArray | readonly (number | string | boolean)[]
  readonly requiresGrad?: boolean
}

/** The clone of any other tensor: its memory layout. Views that were cloned together still share memory. */
interface HiddenClone {
  readonly walk: Omit<Strided, 'storage'> & { readonly storage: { readonly elements: TypedArray } }
  readonly wantsGrad: boolean
}

/**
 * True for a tensor that was cloned or written as JSON.
 * @example
 * isTensorClone(structuredClone(tensor([1, 2])))   // true
 */
export function isTensorClone(value: unknown): value is TensorClone {
  if (!isPlain(value)) return false
  if (isHidden(value)) return true
  if (!('dtype' in value && 'shape' in value && 'data' in value && isDType(value.dtype))) return false
  const { dtype, shape, data } = value
  return isNumbers(shape) && (Array.isArray(data) || (ArrayBuffer.isView(data) && holds(dtype, data)))
}

/**
 * A record over the memory of `clone`, and whether it requires gradients.
 * @throws RuntimeError if its shape does not fit its elements
 */
export function fromClone(clone: TensorClone): { record: Strided; requiresGrad: boolean } {
  if ('walk' in clone) {
    const { storage, shape, strides, offset, dtype } = clone.walk
    const { elements } = storage
    const whole = new Walk(storageOf(elements), [elements.length], [1], 0, dtype)
    return { record: asStrided(whole, shape, strides, offset, 'tensor'), requiresGrad: clone.wantsGrad }
  }
  const { dtype, shape, data, requiresGrad = false } = clone
  if (data.length !== numelOf(shape)) {
    throw new RuntimeError(
      `tensor: shape ${shapeText(shape)} of a clone does not fit ${data.length} elements`,
    )
  }
  const record = ArrayBuffer.isView(data)
    ? new Walk(storageOf(data), [...shape], contiguousStrides(shape), 0, dtype)
    : fromJsonElements(data, shape, dtype)
  return { record, requiresGrad }
}

/** One storage for all clones over one array. The user has the array with the clone, and may write to it. */
function storageOf(elements: TypedArray): Storage {
  const storage = storages.get(elements) ?? new Storage(elements)
  storage.isHandedOut = true
  storages.set(elements, storage)
  return storage
}

const storages: WeakMap<TypedArray, Storage> = /* @__PURE__ */ new WeakMap()

function isHidden(value: object): value is HiddenClone {
  if (!('walk' in value && isPlain(value.walk))) return false
  const { walk } = value
  if (!('storage' in walk && 'shape' in walk && 'strides' in walk && 'offset' in walk && 'dtype' in walk)) {
    return false
  }
  const { storage, shape, strides, offset, dtype } = walk
  if (!(isPlain(storage) && 'elements' in storage && isDType(dtype))) return false
  const { elements } = storage
  const isMemory = ArrayBuffer.isView(elements) && holds(dtype, elements)
  return isMemory && isNumbers(shape) && isNumbers(strides) && isNumbers([offset])
}

function isNumbers(list: unknown): list is readonly number[] {
  return Array.isArray(list) && list.every((size) => Number.isInteger(size) && size >= 0)
}

/** True for a plain object, which `{}` or a clone makes; false for an instance of a class. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
