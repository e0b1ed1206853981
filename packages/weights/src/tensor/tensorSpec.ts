import { type CheckpointLocation, quote } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { Bytes } from '../source/source.ts'
import { type FileDType, itemSize } from './fileDtype.ts'

/** The place of a storage's bytes, and how to read them. */
export interface StorageContent {
  /** The place that errors about the content name. */
  readonly at: CheckpointLocation
  readonly bigEndian: boolean
  readonly limits: Limits
  /** All of its bytes, in the file's byte order. Memory that fills its whole buffer may be kept. */
  read(): Promise<Bytes>
}

/** A storage as the file describes it: memory that any number of tensors are views of. */
export class StorageSpec {
  /** Its name among the storages of the file. */
  readonly key: string
  /** `untyped` if only the tensors tell what the bytes mean. */
  readonly dtype: FileDType | 'untyped'
  readonly byteLength: number
  /** Device it was saved from, e.g. `cpu`, `cuda:0`. */
  readonly location: string
  readonly content: StorageContent

  constructor(
    storage: Pick<StorageSpec, 'key' | 'dtype' | 'byteLength' | 'content'> & { readonly location?: string },
  ) {
    this.key = storage.key
    this.dtype = storage.dtype
    this.byteLength = storage.byteLength
    this.location = storage.location ?? 'cpu'
    this.content = storage.content
  }
}

/** A part of a storage that old files treat as a storage of its own. Offsets in it count from `start`. */
export class StorageWindow extends StorageSpec {
  readonly base: StorageSpec
  /** In elements of `base`. */
  readonly start: number

  /** @throws RangeError if it does not lie within `base` */
  constructor(base: StorageSpec, start: number, numel: number) {
    const size = itemSize(base.dtype)
    if ((start + numel) * size > base.byteLength) {
      throw new RangeError(
        `view of elements ${start} to ${start + numel} of storage ${quote(base.key)}, which has ${base.byteLength / size}`,
      )
    }
    super({ ...base, byteLength: numel * size })
    this.base = base
    this.start = start
  }
}

/** A tensor as the file describes it: a checked view of a storage that need not have been read. */
export class TensorSpec {
  readonly storage: StorageSpec
  readonly dtype: FileDType
  readonly shape: readonly number[]
  /** In elements, as `offset`. */
  readonly strides: readonly number[]
  readonly offset: number
  readonly requiresGrad: boolean

  /**
   * @throws RangeError if the view does not fit its storage. The caller adds the place to the message.
   */
  constructor(view: Pick<TensorSpec, 'storage' | 'dtype' | 'shape' | 'strides' | 'offset' | 'requiresGrad'>) {
    const { storage } = view
    checkView(view)
    const window = storage instanceof StorageWindow ? storage : null
    this.storage = window?.base ?? storage
    this.dtype = view.dtype
    this.shape = view.shape
    this.strides = view.strides
    this.offset = view.offset + (window?.start ?? 0)
    this.requiresGrad = view.requiresGrad
  }

  /** A whole storage of `dtype` as a tensor of `shape`, rows first. */
  static whole(storage: StorageSpec, dtype: FileDType, shape: readonly number[]): TensorSpec {
    return new TensorSpec({
      storage,
      dtype,
      shape,
      strides: rowMajor(shape),
      offset: 0,
      requiresGrad: false,
    })
  }

  /** The same view, asking for gradients or not. */
  withRequiresGrad(requiresGrad: boolean): TensorSpec {
    return new TensorSpec({ ...this, requiresGrad })
  }

  get numel(): number {
    return this.shape.reduce((product, size) => product * size, 1)
  }
}

/** Strides of a contiguous tensor; a dimension of size 0 counts as 1, as in PyTorch. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = stride
    stride *= Math.max(1, shape[dim] ?? 1)
  }
  return strides
}

function checkView({
  storage,
  dtype,
  shape,
  strides,
  offset,
  requiresGrad,
}: Pick<TensorSpec, 'storage' | 'dtype' | 'shape' | 'strides' | 'offset' | 'requiresGrad'>): void {
  const { limits } = storage.content
  const text = `shape (${shape.join(', ')}), strides (${strides.join(', ')}), offset ${offset}`
  if (shape.length !== strides.length) throw new RangeError(`${text}: as many strides as sizes expected`)
  if (shape.length > limits.dimensions) {
    throw new RangeError(`tensor of ${shape.length} dimensions, the limit is ${limits.dimensions}`)
  }
  if (requiresGrad && !/^(b?float|complex)/.test(dtype)) {
    throw new RangeError(`requires_grad is for floating point only, got ${dtype}`)
  }
  // An untyped storage need not be a whole number of elements.
  const held = Math.floor(storage.byteLength / itemSize(dtype))
  // Beyond 2^53 these are inexact, but then they exceed every limit.
  let numel = 1
  let last = offset
  for (const [dim, size] of shape.entries()) {
    numel *= size
    last += (size - 1) * (strides[dim] ?? 0)
  }
  if (numel === 0) return
  if (last >= held) {
    throw new RangeError(
      `${text}: reaches element ${last} of storage ${quote(storage.key)}, which has ${held}`,
    )
  }
  if (numel > held + limits.expandedElements) {
    throw new RangeError(
      `${text}: shows ${numel} elements of a storage of ${held}; the limit is ${limits.expandedElements} more`,
    )
  }
}
