import { type FileDType, itemSize } from './tensor/fileDtype.ts'
import type { TensorSpec } from './tensor/tensorSpec.ts'

/** A tensor of a file, described without being read. */
export interface TensorInfo {
  /** The dtype in the file, which may be one that tensors lack, such as `float8_e4m3fn`. */
  readonly dtype: FileDType
  readonly shape: readonly number[]
  /** In elements, as `offset`. */
  readonly strides: readonly number[]
  readonly offset: number
  readonly requiresGrad: boolean
  /** Bytes of its elements. */
  readonly byteLength: number
  /** The memory that it is a view of. Tensors that share memory have the same object here. */
  readonly storage: StorageInfo
}

export interface StorageInfo {
  /** Its name in the file. */
  readonly key: string
  readonly byteLength: number
  /** Device it was saved from, e.g. `cpu`, `cuda:0`. */
  readonly location: string
}

/** The public description of a spec. */
export function tensorInfo(spec: TensorSpec): TensorInfo {
  const { dtype, shape, strides, offset, requiresGrad, storage } = spec
  return {
    dtype,
    shape,
    strides,
    offset,
    requiresGrad,
    byteLength: Math.ceil(spec.numel * itemSize(dtype)),
    storage,
  }
}
