import type { DType, TypedArray } from '@unroll/tensor'
import { type CheckpointLocation, CorruptCheckpointError } from '../errors.ts'
import type { Bytes } from '../source/source.ts'
import { type FileDType, itemSize } from './fileDtype.ts'

/** Memory of any dtype a file may have: halves and bfloat16 as bits, complex numbers as pairs. */
export type RawData = TypedArray

const dtypes: ReadonlySet<string> = new Set<DType>([
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint64',
  'uint32',
  'uint16',
  'uint8',
  'bool',
])

/** True if tensors can have it. */
export function isDType(name: string): name is DType {
  return dtypes.has(name)
}

/**
 * Makes typed memory from raw bytes: aligned, and in this machine's byte order. The bytes are copied at most once, and not at all
 * if they fill their whole buffer, which then belongs to nothing else.
 * @throws CorruptCheckpointError for a bool that is neither 0 nor 1
 */
export function rawMemory(
  bytes: Bytes,
  dtype: FileDType,
  bigEndian: boolean,
  at: CheckpointLocation,
): RawData {
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
  // Every JavaScript engine in use is little-endian.
  if (bigEndian) swapBytes(own, dtype.startsWith('complex') ? itemSize(dtype) / 2 : itemSize(dtype))
  if (dtype === 'bool') checkBools(own, at)
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return new Float32Array(own.buffer)
    case 'float64':
    case 'complex128':
      return new Float64Array(own.buffer)
    case 'float16':
    case 'bfloat16':
    case 'uint16':
    case 'complex32':
      return new Uint16Array(own.buffer)
    case 'int64':
      return new BigInt64Array(own.buffer)
    case 'uint64':
      return new BigUint64Array(own.buffer)
    case 'int32':
    case 'qint32':
      return new Int32Array(own.buffer)
    case 'uint32':
      return new Uint32Array(own.buffer)
    case 'int16':
      return new Int16Array(own.buffer)
    case 'int8':
    case 'qint8':
      return new Int8Array(own.buffer)
    default:
      return own
  }
}

function swapBytes(bytes: Bytes, size: number): void {
  if (size <= 1) return
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
