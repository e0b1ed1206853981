import { UnsupportedFormatError } from '../errors.ts'
import type { Bytes } from '../source/source.ts'
import { type FileDType, itemSize } from './fileDtype.ts'
import { isFloat8, widenFloat8 } from './float8.ts'
import { rowMajor, type TensorSpec } from './tensorSpec.ts'
import { type RawData, rawMemory } from './typedMemory.ts'

/**
 * A tensor's numbers as the file has them, in any dtype, also those that {@link Tensor} does not have.
 *
 * `data` holds the elements in logical order, rows first: float16, bfloat16 and float8 as bits, complex numbers as
 * pairs (real, imaginary), uint32 and uint64 as Uint32Array and BigUint64Array. The dtypes below a byte (float4,
 * float6) are bytes, packed as in the file.
 */
export interface RawTensor {
  readonly dtype: FileDType
  readonly shape: readonly number[]
  readonly data: RawData
}

/** Reads the storage of `spec` and picks the tensor's elements. */
export async function readRaw(spec: TensorSpec): Promise<RawTensor> {
  return rawIn(await spec.storage.content.read(), spec)
}

/** The same for a storage that was read. Its bytes may be kept or changed, unless they are shared. */
export function rawIn(storageBytes: Bytes, spec: TensorSpec, shared = false): RawTensor {
  const { dtype, shape, storage } = spec
  const picked = pick(storageBytes, spec)
  const bytes = shared && picked.buffer === storageBytes.buffer ? picked.slice() : picked
  return { dtype, shape, data: rawMemory(bytes, dtype, storage.content.bigEndian, storage.content.at) }
}

/** Bytes of the elements in logical order: a view where they lie together. */
function pick(bytes: Bytes, spec: TensorSpec): Bytes {
  const { shape, strides, offset, numel } = spec
  const size = itemSize(spec.dtype)
  if (numel === 0) return new Uint8Array(0)
  const dense = rowMajor(shape)
  if (shape.every((length, dim) => length === 1 || strides[dim] === dense[dim])) {
    return bytes.subarray(offset * size, (offset + numel) * size)
  }
  const picked = new Uint8Array(numel * size)
  const index = new Array<number>(shape.length).fill(0)
  let from = offset
  for (let element = 0; element < numel; element++) {
    for (let i = 0; i < size; i++) picked[element * size + i] = bytes[from * size + i] ?? 0
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      const at = (index[dim] ?? 0) + 1
      const [length, stride] = [shape[dim] ?? 1, strides[dim] ?? 0]
      from += stride
      if (at < length) {
        index[dim] = at
        break
      }
      from -= length * stride
      index[dim] = 0
    }
  }
  return picked
}

/** The dtypes that numbers can be converted to. */
export type WideDType = 'float32' | 'float64'

// Their memory is never shared, as Bytes says.
type Floats32 = ReturnType<Float32ArrayConstructor['of']>
type Floats64 = ReturnType<Float64ArrayConstructor['of']>

/**
 * Converts the numbers to float32 or float64, each exactly.
 * @throws UnsupportedFormatError if one of them has no exact counterpart (an int64 beyond 2^53, a float64 of more
 * digits than a float32 has), or is no real number (complex, quantized, packed below a byte)
 *
 * @example
 * const checkpoint = await open('large.safetensors')
 * const scales = toFloats(await checkpoint.raw('scales'), 'float32')   // Float32Array
 * await checkpoint.close()
 */
export function toFloats(raw: RawTensor, to: 'float32', name?: string): Floats32
export function toFloats(raw: RawTensor, to: 'float64', name?: string): Floats64
export function toFloats(raw: RawTensor, to: WideDType, name?: string): Floats32 | Floats64
export function toFloats(raw: RawTensor, to: WideDType, name = '<tensor>'): Floats32 | Floats64 {
  const { dtype, data } = raw
  const floats = to === 'float32' ? new Float32Array(data.length) : new Float64Array(data.length)
  const widen = widener(raw)
  if (widen === null) {
    throw new UnsupportedFormatError(`a tensor of ${dtype} has no counterpart in ${to}`, { file: name })
  }
  for (let i = 0; i < data.length; i++) {
    const value = widen(i)
    floats[i] = Number(value)
    const got = floats[i] ?? 0
    const same =
      typeof value === 'bigint' ? BigInt(got) === value : Object.is(got, value) || Number.isNaN(value)
    if (!same) {
      throw new UnsupportedFormatError(
        `element ${i} is ${value} in ${dtype}, which ${to} cannot hold exactly`,
        {
          file: name,
        },
      )
    }
  }
  return floats
}

/** A function that returns element i as an exact number; null for dtypes that numbers cannot hold. */
function widener({ dtype, data }: RawTensor): ((i: number) => number | bigint) | null {
  if (dtype.startsWith('complex') || dtype.startsWith('q') || itemSize(dtype) < 1) return null
  if (isFloat8(dtype)) {
    const widened = widenFloat8(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dtype)
    return (i) => widened[i] ?? 0
  }
  if (dtype === 'float16') return (i) => halfValue(Number(data[i]))
  if (dtype === 'bfloat16') {
    const bits = new Uint32Array(data.length)
    for (let i = 0; i < data.length; i++) bits[i] = Number(data[i]) << 16
    const values = new Float32Array(bits.buffer)
    return (i) => values[i] ?? 0
  }
  return (i) => data[i] ?? 0
}

/** IEEE 754 binary16. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = (bits & 0x3ff) / 1024
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15))
}
