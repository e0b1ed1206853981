import { RuntimeError } from './errors.ts'

/** Element types, named as in PyTorch. The two 16-bit floats are stored and converted, never computed with. */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool'

/** Memory whose elements are read as numbers; of the 16-bit floats these are the bit patterns. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array

/** Memory of any {@link DType}. int64 is the one whose elements are bigints. */
export type TypedArray = NumberArray | BigInt64Array

/** A zeroed array of `length` elements of `dtype`. */
export function allocate(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(length)
    case 'int64':
      return new BigInt64Array(length)
    case 'int32':
      return new Int32Array(length)
    case 'int16':
      return new Int16Array(length)
    case 'int8':
      return new Int8Array(length)
    case 'uint8':
    case 'bool':
      return new Uint8Array(length)
    default:
      throw new TypeError(
        `dtype: expected one of ${Object.keys(rank).join(', ')}, got ${String(dtype satisfies never)}`,
      )
  }
}

/** The dtype a typed array holds; null where that is not one dtype only (Uint16Array) or none (Uint32Array). */
export function dtypeOf(array: ArrayBufferView): DType | null {
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof Float64Array) return 'float64'
  if (array instanceof BigInt64Array) return 'int64'
  if (array instanceof Int32Array) return 'int32'
  if (array instanceof Int16Array) return 'int16'
  if (array instanceof Int8Array) return 'int8'
  if (array instanceof Uint8Array) return 'uint8'
  return null
}

/** True if `array` is what {@link allocate} would make for `dtype`. */
export function holds(dtype: DType, array: ArrayBufferView): array is TypedArray {
  if (isHalf(dtype)) return array instanceof Uint16Array
  return dtypeOf(array) === (dtype === 'bool' ? 'uint8' : dtype)
}

/** float16 or bfloat16. */
export function isHalf(dtype: DType): dtype is 'float16' | 'bfloat16' {
  return dtype === 'float16' || dtype === 'bfloat16'
}

/** True for the four floats. */
export function isFloatingPoint(dtype: DType): boolean {
  return rank[dtype] >= rank.float16
}

/**
 * The smallest dtype both fit in by PyTorch's rules: any float beats any integer, uint8 and int8 meet in int16,
 * float16 and bfloat16 in float32.
 */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a
  const [low, high] = rank[a] < rank[b] ? [a, b] : [b, a]
  if (low === 'uint8' && high === 'int8') return 'int16'
  return low === 'float16' && high === 'bfloat16' ? 'float32' : high
}

/** Throws unless every one of `dtypes` can be computed with. */
export function checkComputable(who: string, ...dtypes: readonly DType[]): void {
  const half = dtypes.find(isHalf)
  if (half === undefined) return
  throw new RuntimeError(`${who}: ${half} is for storage only; convert first, with .to('float32')`)
}

const rank = {
  bool: 0,
  uint8: 1,
  int8: 2,
  int16: 3,
  int32: 4,
  int64: 5,
  float16: 6,
  bfloat16: 7,
  float32: 8,
  float64: 9,
} as const satisfies Record<DType, number>
