import { limits } from '../limits.ts'
import { type FileDType, itemSize } from './fileDtype.ts'

/** A storage as the pickle describes it: memory that any number of tensors are views of. */
export class StorageSpec {
  /** Its name among the storages of the file. */
  readonly key: string
  /** `untyped` where only the tensors tell what the bytes are. */
  readonly dtype: FileDType | 'untyped'
  readonly byteLength: number
  /** Device it was saved from, e.g. `cpu`, `cuda:0`. */
  readonly location: string

  constructor(key: string, dtype: FileDType | 'untyped', byteLength: number, location: string) {
    this.key = key
    this.dtype = dtype
    this.byteLength = byteLength
    this.location = location
  }
}

/** A tensor as the pickle describes it: a checked view of a storage that need not have been read. */
export class TensorSpec {
  readonly storage: StorageSpec
  readonly dtype: FileDType
  readonly shape: readonly number[]
  /** In elements, as `offset`. */
  readonly strides: readonly number[]
  readonly offset: number
  readonly requiresGrad: boolean

  /**
   * @throws RangeError if the view does not fit its storage. It tells what is wrong; the caller knows where.
   */
  constructor(view: Pick<TensorSpec, 'storage' | 'dtype' | 'shape' | 'strides' | 'offset' | 'requiresGrad'>) {
    this.storage = view.storage
    this.dtype = view.dtype
    this.shape = view.shape
    this.strides = view.strides
    this.offset = view.offset
    this.requiresGrad = view.requiresGrad
    checkView(this)
  }

  /** The same view, asking for gradients or not. */
  withRequiresGrad(requiresGrad: boolean): TensorSpec {
    return new TensorSpec({ ...this, requiresGrad })
  }
}

function checkView({ storage, dtype, shape, strides, offset, requiresGrad }: TensorSpec): void {
  const text = `shape (${shape.join(', ')}), strides (${strides.join(', ')}), offset ${offset}`
  if (shape.length !== strides.length) throw new RangeError(`${text}: as many strides as sizes expected`)
  if (shape.length > limits.dimensions) {
    throw new RangeError(`tensor of ${shape.length} dimensions, the limit is ${limits.dimensions}`)
  }
  if (requiresGrad && !/^(b?float|complex)/.test(dtype)) {
    throw new RangeError(`requires_grad is for floating point only, got ${dtype}`)
  }
  const held = storage.byteLength / itemSize(dtype)
  // Past 2^53 these are inexact, but then far beyond any limit too.
  let numel = 1
  let last = offset
  for (const [dim, size] of shape.entries()) {
    numel *= size
    last += (size - 1) * (strides[dim] ?? 0)
  }
  if (numel === 0) return
  if (last >= held) {
    throw new RangeError(
      `${text}: reaches element ${last} of storage ${storage.key}, which has ${Math.floor(held)}`,
    )
  }
  if (numel > held + limits.expandedElements) {
    throw new RangeError(
      `${text}: shows ${numel} elements of a storage of ${held}; the limit is ${limits.expandedElements} more`,
    )
  }
}
