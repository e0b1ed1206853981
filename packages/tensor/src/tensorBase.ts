import { describeValue } from '@unroll/kernels'
import { History, history } from './autograd/history.ts'
import { type DType, isFloatingPoint, type TypedArray } from './dtype.ts'
import { RuntimeError } from './errors.ts'
import { formatTensor } from './format/formatTensor.ts'
import { Inspectable } from './format/inspectable.ts'
import { insteadOfTensor } from './insteadOfTensor.ts'
import { Storage } from './storage.ts'
import { elementsOf } from './strided/cast.ts'
import type { NestedArray } from './strided/construct.ts'
import { wrapDim } from './strided/dims.ts'
import { item, jsonElements, toNested } from './strided/read.ts'
import { isContiguous, numelOf, type Strided, Walk } from './strided/strided.ts'

/** A tensor in JSON. `tensor()` makes it a tensor again. */
export interface TensorJson {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** The elements in logical order. What JSON's numbers cannot hold is text: `"NaN"`, `"-Infinity"`, `"-0"`, `"9007199254740993"`. */
  readonly data: readonly (number | string | boolean)[]
  readonly requiresGrad?: true
}

export interface TensorBase {
  /** How it was computed; null for a tensor that no gradient has anything to do with. */
  [history]: History<TensorBase> | null
}

/** The state of a tensor and what it tells about it; its operations are in {@link Tensor}. It has ordinary properties only. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: isolated declarations take no computed names in classes; the constructor sets it
export abstract class TensorBase extends Inspectable implements Strided {
  protected walk: Walk
  protected wantsGrad = false
  protected gradient: TensorBase | null = null

  /**
   * A tensor over existing memory, which is shared. Use {@link tensor} or {@link zeros} to make one of values.
   * @param source another tensor, or a record of storage, shape, strides, offset and dtype
   * @throws TypeError if it is neither
   */
  constructor(source: Strided, requiresGrad = false) {
    super()
    this[history] = null
    this.walk = source instanceof Walk ? source : walkOf(source)
    if (requiresGrad !== false) this.requiresGrad = requiresGrad
  }

  /** The record that the numeric core computes on. Unlike the tensor, it is never a proxy. */
  static walkOf(tensor: TensorBase): Walk {
    return tensor.walk
  }

  /** The gradient that backward has summed up. */
  static gradientOf(tensor: TensorBase): TensorBase | null {
    return tensor.gradient
  }

  /** Sets what {@link TensorBase.gradientOf} gives. */
  static setGradient(tensor: TensorBase, gradient: TensorBase | null): void {
    tensor.gradient = gradient
  }

  /** A tensor over `source`, of the class of `like`. With it operations make their results, and need not know that class. */
  static fresh(like: TensorBase, source: Strided): TensorBase {
    return like.make(source)
  }

  protected abstract make(source: Strided): TensorBase

  /** Sizes of the dimensions. */
  get shape(): readonly number[] {
    return this.walk.shape
  }

  /** Elements to step over for the next position of each dimension. */
  get strides(): readonly number[] {
    return this.walk.strides
  }

  /** Position of the first element in the storage. */
  get offset(): number {
    return this.walk.offset
  }

  /** Type of the elements. */
  get dtype(): DType {
    return this.walk.dtype
  }

  /** The memory, shared with every view of it. */
  get storage(): Storage {
    return this.walk.storage
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.walk.shape.length
  }

  /** Number of elements. */
  get numel(): number {
    return numelOf(this.walk.shape)
  }

  /** Counts the in-place operations on the memory, through any view. */
  get version(): number {
    return this.walk.storage.version
  }

  /**
   * The elements in logical order: the memory itself if they lie in that order, to read and write; else a copy.
   * float16 and bfloat16 come as bit patterns; `.to('float32')` makes them numbers. A module compares weights whose
   * memory was handed out with what it packed, before every forward.
   */
  get data(): TypedArray {
    if (isContiguous(this.walk)) this.walk.storage.isHandedOut = true
    return elementsOf(this.walk)
  }

  /**
   * Whether operations on it are recorded for backward. True for leaves that were told so, and for what was computed from them. Only
   * floats can have it.
   * @throws RuntimeError if it is set to false on a result of operations
   */
  get requiresGrad(): boolean {
    if (this.wantsGrad) return true
    const own = this[history]
    return own !== null && (own.node !== null || own.view?.base.requiresGrad === true)
  }

  set requiresGrad(value: boolean) {
    if (typeof value !== 'boolean') {
      throw new TypeError(`requiresGrad: expected true or false, got ${describeValue(value)}`)
    }
    if (value && !isFloatingPoint(this.dtype)) {
      throw new RuntimeError(`requiresGrad: expected a tensor of floats, got ${this.dtype}`)
    }
    const node = this.gradFn
    if (node !== null && !value) {
      throw new RuntimeError(
        `requiresGrad: a result of ${node.name} requires gradients as long as its inputs do; use detach()`,
      )
    }
    this.wantsGrad = value && node === null
  }

  /** Whether it was not computed by a recorded operation. Backward sums up `grad` in leaves. */
  get isLeaf(): boolean {
    return this.gradFn === null
  }

  /** The operation that computed it, as far as backward knows, with its name in PyTorch; null for a leaf. */
  abstract get gradFn(): { readonly name: string } | null

  /** Size of one dimension; negative ones count from the end. */
  size(dim: number): number {
    if (this.ndim === 0) throw new RangeError(`size: a tensor of no dimensions has no dim ${dim}`)
    return this.shape[wrapDim('size', dim, this.ndim)] ?? 0
  }

  /** True if the elements lie in row-major order without gaps. */
  isContiguous(): boolean {
    return isContiguous(this.walk)
  }

  /**
   * The one element; bools as 0 and 1.
   * @throws RuntimeError if there are more or none, RangeError for an int64 or uint64 beyond 2^53, which `data[0]` gives
   */
  item(): number {
    return item(this.walk)
  }

  /** Nested arrays of numbers, of booleans for bool; int64 and uint64 give bigints for what is beyond 2^53. */
  toArray(): NestedArray {
    return toNested(this.walk)
  }

  /** What `JSON.stringify` writes: dtype, shape and every number exactly; `tensor(JSON.parse(text))` is equal. */
  toJSON(): TensorJson {
    const { dtype, shape } = this.walk
    return { dtype, shape, data: jsonElements(this.walk), ...(this.wantsGrad && { requiresGrad: true }) }
  }

  /** As PyTorch prints it. */
  override toString(): string {
    return formatTensor(this.walk, this.gradFn?.name ?? this.requiresGrad)
  }

  /** Undefined. Test libraries ask both objects for it before they compare them; see {@link present}. */
  get [Symbol.toStringTag](): undefined {
    present(this)
    return undefined
  }
}

/** The properties by which tensors are compared. {@link present} makes them own properties. */
const presented = ['dtype', 'shape', 'data', 'requiresGrad']

/**
 * Makes a tensor show its contents instead of its memory layout, for libraries that compare objects by their own enumerable
 * properties: `node:assert`, Vitest, Jest, chai. A view then equals its copy, and the count of changes makes no difference.
 *
 * Own properties cost more than most operations on small tensors, so a tensor gets them only when it is about to be compared: all
 * these libraries ask for `Symbol.toStringTag`, or for an iterator, first. A tensor that cannot be extended is compared by its layout.
 */
export function present(tensor: TensorBase): void {
  if (!Object.hasOwn(tensor, 'walk') || Object.hasOwn(tensor, 'data') || !Object.isExtensible(tensor)) return
  tensor[history] ??= new History()
  for (const key of ['walk', 'wantsGrad', 'gradient', history])
    Object.defineProperty(tensor, key, { enumerable: false })
  for (const key of presented) {
    const accessor = Object.getOwnPropertyDescriptor(TensorBase.prototype, key)
    Object.defineProperty(tensor, key, { ...accessor, enumerable: true })
  }
}

function walkOf(source: Strided): Walk {
  const { storage, shape, strides, offset, dtype } = source ?? {}
  if (!(storage instanceof Storage && Array.isArray(shape) && Array.isArray(strides))) {
    throw new TypeError(
      `Tensor: expected a tensor or a record of its Storage, shape, strides, offset and dtype, ${insteadOfTensor(source)}`,
    )
  }
  return new Walk(storage, shape, strides, offset, dtype)
}
