import type { DType, TypedArray } from '@unroll/tensor'
import { type CheckpointLocation, CorruptCheckpointError } from './errors.ts'
import type { Bytes } from './source/source.ts'

/** The dtypes tensors have, with the bytes of an element. */
const itemSizes: ReadonlyMap<string, number> = new Map<DType, number>([
  ['float32', 4],
  ['float64', 8],
  ['float16', 2],
  ['bfloat16', 2],
  ['int64', 8],
  ['int32', 4],
  ['int16', 2],
  ['int8', 1],
  ['uint8', 1],
  ['bool', 1],
])

/** True if tensors can have it. */
export function isDType(name: string): name is DType {
  return itemSizes.has(name)
}

/**
 * Raw bytes as the memory of a tensor: aligned, its own, in this machine's byte order. Copied at most once: not at
 * all where `bytes` fill their whole buffer, which then belongs to nothing else.
 * @throws CorruptCheckpointError for a bool that is neither 0 nor 1
 */
export function typedMemory(
  bytes: Bytes,
  dtype: DType,
  bigEndian: boolean,
  at: CheckpointLocation,
): TypedArray {
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
  // Every JavaScript engine in use is little-endian.
  if (bigEndian) swapBytes(own, itemSizes.get(dtype) ?? 1)
  if (dtype === 'bool') checkBools(own, at)
  switch (dtype) {
    case 'float32':
      return new Float32Array(own.buffer)
    case 'float64':
      return new Float64Array(own.buffer)
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(own.buffer)
    case 'int64':
      return new BigInt64Array(own.buffer)
    case 'int32':
      return new Int32Array(own.buffer)
    case 'int16':
      return new Int16Array(own.buffer)
    case 'int8':
      return new Int8Array(own.buffer)
    case 'uint8':
    case 'bool':
      return own
  }
}

function swapBytes(bytes: Bytes, size: number): void {
  if (size === 1) return
  for (let start = 0; start < bytes.length; start += size) bytes.subarray(start, start + size).reverse()
}

function checkBools(bytes: Bytes, at: CheckpointLocation): void {
  const wrong = bytes.findIndex((byte) => byte > 1)
  if (wrong >= 0) {
    throw new CorruptCheckpointError(`expected bools of 0 or 1, got ${bytes[wrong]}`, {
      ...at,
      offset: (at.offset ?? 0) + wrong,
    })
  }
}
