import { type DType, type Storage, Tensor } from '@unroll/tensor'
import { CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import type { ReadContext } from '../source/readContext.ts'
import type { FileDType } from './fileDtype.ts'
import { isFloat8, widenFloat8 } from './float8.ts'
import { type FloatDType, toFloats } from './rawTensor.ts'
import type { StorageSpec, TensorSpec } from './tensorSpec.ts'
import { isDType, rawMemory, typedMemory } from './typedMemory.ts'

/** Makes the tensor that a spec describes. */
export type MakeTensor = (spec: TensorSpec) => Tensor

/**
 * Reads the storages that `specs` are views of, each once, and gives a function that makes the tensors: views of
 * one storage share its memory, and of equal specs there is one tensor.
 * @throws UnsupportedFormatError for dtypes tensors do not have, before anything is read
 */
export async function readTensors(
  specs: Iterable<TensorSpec>,
  context: ReadContext,
  to?: FloatDType,
): Promise<MakeTensor> {
  const dtypes = dtypesOf(specs, to)
  let total = 0
  for (const storage of dtypes.keys()) total += storage.byteLength
  context.begin(total)
  const storages = new Map<StorageSpec, Storage>()
  for (const [storage, dtype] of dtypes) storages.set(storage, await readStorage(storage, dtype, to))
  context.end()

  const made = new Map<TensorSpec, Tensor>()
  return (spec) => {
    const known = made.get(spec)
    if (known !== undefined) return known
    const storage = storages.get(spec.storage)
    if (storage === undefined) throw new Error(`storage ${spec.storage.key} was not asked for`)
    const tensor = tensorOf(spec, storage, tensorDType(spec, to))
    made.set(spec, tensor)
    return tensor
  }
}

/** A view of memory that was read. */
export function tensorOf(spec: TensorSpec, storage: Storage, dtype: DType): Tensor {
  const { shape, strides, offset, requiresGrad } = spec
  return new Tensor({ storage, shape, strides, offset, dtype }, requiresGrad)
}

/** Reads a storage of `dtype`, as memory of the dtype that {@link tensorDType} tells. */
export async function readStorage(storage: StorageSpec, dtype: FileDType, to?: FloatDType): Promise<Storage> {
  const { at, bigEndian } = storage.content
  const bytes = await storage.content.read()
  if (to !== undefined && to !== dtype && isConverted(dtype)) {
    const data = rawMemory(bytes, dtype, bigEndian, at)
    return { data: toFloats({ dtype, shape: [data.length], data }, to, at.file), version: 0 }
  }
  if (isFloat8(dtype)) return { data: widenFloat8(bytes, dtype), version: 0 }
  if (!isDType(dtype)) throw new TypeError(`readStorage: no tensor has dtype ${dtype}`)
  return { data: typedMemory(bytes, dtype, bigEndian, at), version: 0 }
}

/**
 * The dtype of the tensor that is made of a spec: the file's own, float32 for float8, `to` where that is asked for.
 * @throws UnsupportedFormatError if there is none
 */
export function tensorDType({ dtype, storage }: TensorSpec, to?: FloatDType): DType {
  if (to !== undefined && isConverted(dtype)) return to
  if (isDType(dtype)) return dtype
  if (isFloat8(dtype)) return 'float32'
  throw new UnsupportedFormatError(
    `holds a tensor of ${dtype}, which tensors cannot have; open(source) gives its numbers, by raw(name)`,
    storage.content.at,
  )
}

/** What a dtype that is asked for replaces: floating point, and what tensors lack. */
function isConverted(dtype: FileDType): boolean {
  return /^b?float|^uint(16|32|64)$/.test(dtype)
}

/** The dtype of every storage: that of all tensors on it. */
function dtypesOf(specs: Iterable<TensorSpec>, to?: FloatDType): Map<StorageSpec, FileDType> {
  const dtypes = new Map<StorageSpec, FileDType>()
  for (const spec of specs) {
    const { storage, dtype } = spec
    tensorDType(spec, to)
    const known = dtypes.get(storage) ?? dtype
    if (known !== dtype) {
      throw new CorruptCheckpointError(
        `storage ${quote(storage.key)} is shared by tensors of ${known} and ${dtype}`,
        storage.content.at,
      )
    }
    dtypes.set(storage, dtype)
  }
  return dtypes
}
