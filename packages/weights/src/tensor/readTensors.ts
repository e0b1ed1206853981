import { type DType, Storage, Tensor, type TypedArray } from '@unroll/tensor'
import { UnsupportedFormatError } from '../errors.ts'
import type { Refusal } from '../leftOut.ts'
import type { ReadContext } from '../source/readContext.ts'
import type { Bytes } from '../source/source.ts'
import { type FileDType, itemSize } from './fileDtype.ts'
import { isFloat8, widenFloat8 } from './float8.ts'
import { toFloats, type WideDType } from './rawTensor.ts'
import type { StorageSpec, TensorSpec } from './tensorSpec.ts'
import { isDType, rawMemory } from './typedMemory.ts'

/** Makes the tensor that a spec describes. */
export type MakeTensor = (spec: TensorSpec) => Tensor

/**
 * Reads the storages that `specs` are views of, each once, and returns a function that makes the tensors. Views of one storage
 * share its memory, and equal specs give one tensor.
 * @throws UnsupportedFormatError for dtypes that tensors do not have, before anything is read
 */
export async function readTensors(
  specs: Iterable<TensorSpec>,
  context: ReadContext,
  to?: WideDType,
): Promise<MakeTensor> {
  const dtypes = dtypesOf(specs, to)
  let total = 0
  for (const storage of dtypes.keys()) total += storage.byteLength
  context.begin(total)
  const storages = new Map<StorageSpec, ReadonlyMap<FileDType, Storage>>()
  for (const [storage, read] of dtypes) storages.set(storage, await readStorage(storage, read, to))
  context.end()

  const made = new Map<TensorSpec, Tensor>()
  return (spec) => {
    const known = made.get(spec)
    if (known !== undefined) return known
    const storage = storages.get(spec.storage)?.get(spec.dtype)
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

/**
 * Reads a storage once, as memory of each of `dtypes`, converted as {@link tensorDType} says. An untyped storage may have several
 * dtypes. They share the bytes unless these must be converted.
 */
export async function readStorage(
  storage: StorageSpec,
  dtypes: Iterable<FileDType>,
  to?: WideDType,
): Promise<Map<FileDType, Storage>> {
  const { bigEndian } = storage.content
  const bytes = await storage.content.read()
  const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
  const read = new Map<FileDType, Storage>()
  // Swapping changes the bytes in place.
  for (const dtype of dtypes) {
    const data = memoryOf(bigEndian ? whole.slice() : whole, dtype, storage, to)
    read.set(dtype, new Storage(data))
  }
  return read
}

function memoryOf(
  bytes: Bytes,
  dtype: FileDType,
  { byteLength, content: { at, bigEndian } }: StorageSpec,
  to?: WideDType,
): TypedArray {
  // An untyped storage need not be a whole number of elements.
  const whole = bytes.subarray(0, byteLength - (byteLength % itemSize(dtype)))
  if (to !== undefined && to !== dtype && isConverted(dtype)) {
    const data = rawMemory(whole, dtype, bigEndian, at)
    return toFloats({ dtype, shape: [data.length], data }, to, at.file)
  }
  if (isFloat8(dtype)) return widenFloat8(bytes, dtype)
  if (!isDType(dtype)) throw new TypeError(`readStorage: no tensor has dtype ${dtype}`)
  return rawMemory(whole, dtype, bigEndian, at)
}

/**
 * The dtype of the tensor that is made from a spec: the file's own, float32 for float8, or `to` if it is given.
 * @throws UnsupportedFormatError if there is none
 */
export function tensorDType(spec: TensorSpec, to?: WideDType): DType {
  const dtype = tensorDTypeOf(spec.dtype, to)
  if (dtype !== null) return dtype
  const { what, why } = unheld(spec.dtype)
  throw new UnsupportedFormatError(`holds ${what}: ${why}`, spec.storage.content.at)
}

/** Why no tensor can be made from a spec; null if one can. */
export function dtypeRefusal(spec: TensorSpec, to?: WideDType): Refusal | null {
  return tensorDTypeOf(spec.dtype, to) === null ? unheld(spec.dtype) : null
}

function tensorDTypeOf(dtype: FileDType, to?: WideDType): DType | null {
  if (to !== undefined && isConverted(dtype)) return to
  if (isDType(dtype)) return dtype
  return isFloat8(dtype) ? 'float32' : null
}

function unheld(dtype: FileDType): Refusal {
  return {
    what: `a tensor of ${dtype}`,
    why: 'tensors cannot have that dtype; open(source) gives its numbers, by raw(name)',
    kind: 'unsupported',
  }
}

/** The dtypes that a requested dtype replaces: those of floating point. */
function isConverted(dtype: FileDType): boolean {
  return /^b?float/.test(dtype)
}

/** The dtypes that each storage is to be read as. */
function dtypesOf(specs: Iterable<TensorSpec>, to?: WideDType): Map<StorageSpec, Set<FileDType>> {
  const dtypes = new Map<StorageSpec, Set<FileDType>>()
  for (const spec of specs) {
    tensorDType(spec, to)
    const known = dtypes.get(spec.storage)
    if (known === undefined) dtypes.set(spec.storage, new Set([spec.dtype]))
    else known.add(spec.dtype)
  }
  return dtypes
}
