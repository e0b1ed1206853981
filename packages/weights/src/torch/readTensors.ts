import { type DType, type Storage, Tensor } from '@unroll/tensor'
import { CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import { isDType, typedMemory } from '../typedMemory.ts'
import type { TorchCheckpoint } from './checkpoint.ts'
import type { StorageSpec, TensorSpec } from './tensorSpec.ts'

/**
 * Reads the storages that `specs` are views of, each once, and gives a function that makes the tensors: views of
 * one storage share its memory.
 * @throws UnsupportedFormatError for dtypes tensors do not have, before anything is read
 */
export async function readTensors(
  checkpoint: TorchCheckpoint,
  specs: Iterable<TensorSpec>,
): Promise<(spec: TensorSpec) => Tensor> {
  const dtypes = new Map<StorageSpec, DType>()
  for (const spec of specs) {
    const dtype = supported(checkpoint, spec)
    const known = dtypes.get(spec.storage) ?? dtype
    if (known !== dtype) {
      throw new CorruptCheckpointError(
        `storage ${quote(spec.storage.key)} is shared by tensors of ${known} and ${dtype}`,
        checkpoint.at,
      )
    }
    dtypes.set(spec.storage, dtype)
  }
  const storages = new Map<StorageSpec, Storage>()
  for (const [storage, dtype] of dtypes) {
    const bytes = await checkpoint.readStorage(storage)
    const data = typedMemory(bytes, dtype, checkpoint.bigEndian, checkpoint.locate(storage))
    storages.set(storage, { data, version: 0 })
  }
  return (spec) => {
    const storage = storages.get(spec.storage)
    if (storage === undefined) throw new Error(`storage ${spec.storage.key} was not asked for`)
    const { shape, strides, offset, requiresGrad } = spec
    return new Tensor({ storage, shape, strides, offset, dtype: supported(checkpoint, spec) }, requiresGrad)
  }
}

function supported(checkpoint: TorchCheckpoint, { dtype, storage }: TensorSpec): DType {
  if (isDType(dtype)) return dtype
  throw new UnsupportedFormatError(
    `holds a tensor of ${dtype}, which tensors cannot have`,
    checkpoint.locate(storage),
  )
}
