import { tensor } from '@unroll/tensor'
import type { Bytes } from '../source/source.ts'
import { type FileDType, itemSize } from '../tensor/fileDtype.ts'
import { rawIn, toFloats } from '../tensor/rawTensor.ts'
import { StorageSpec, TensorSpec } from '../tensor/tensorSpec.ts'

/** Computes a weight from its parts. The inputs are exact; the result is rounded to the weight's dtype. */
export type Merge = (parts: readonly Float64Array[], round: (value: number) => number) => Float64Array

/** Bytes of storages that several weights have parts in. The garbage collector may take them. */
export type PartCache = Map<StorageSpec, WeakRef<Bytes>>

/**
 * A weight that is computed from other tensors of the file when it is read. It has a storage of its own, and the shape and dtype
 * of `like`.
 */
export function mergedSpec(
  names: readonly string[],
  parts: readonly TensorSpec[],
  like: TensorSpec,
  merge: Merge,
  cache: PartCache,
): TensorSpec {
  const { dtype, shape, numel } = like
  const storage = new StorageSpec({
    key: `merged of ${names.join(', ')}`,
    dtype,
    byteLength: numel * itemSize(dtype),
    location: like.storage.location,
    content: {
      at: like.storage.content.at,
      bigEndian: false,
      limits: like.storage.content.limits,
      async read() {
        const numbers: Float64Array[] = []
        for (const part of parts) numbers.push(await numbersOf(part, cache))
        return bytesOf(merge(numbers, dtype === 'float64' ? (value) => value : Math.fround), dtype)
      },
    },
  })
  const requiresGrad = parts.some((part) => part.requiresGrad)
  return TensorSpec.whole(storage, dtype, shape).withRequiresGrad(requiresGrad)
}

async function numbersOf(part: TensorSpec, cache: PartCache): Promise<Float64Array> {
  const known = cache.get(part.storage)?.deref()
  const bytes = known ?? (await part.storage.content.read())
  if (known === undefined) cache.set(part.storage, new WeakRef(bytes))
  return toFloats(rawIn(bytes, part, true), 'float64', part.storage.content.at.file)
}

function bytesOf(numbers: Float64Array, dtype: FileDType): Bytes {
  const wide = dtype === 'float64' ? numbers : Float32Array.from(numbers)
  const { data } =
    dtype === 'float16' || dtype === 'bfloat16'
      ? tensor(wide, { shape: [wide.length] }).to(dtype)
      : { data: wide }
  return new Uint8Array(data.slice().buffer)
}
