import { describeValue } from '@unroll/kernels'
import { RuntimeError } from './errors.ts'

/**
 * Element types, named as in PyTorch. The two 16-bit floats are stored and converted, never computed with; uint16,
 * uint32 and uint64 have the few operations that PyTorch has for them.
 */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool'

/** Memory whose elements are read as numbers, or as bit patterns for the 16-bit floats. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array

/** Memory of int64 and uint64. */
export type BigintArray = BigInt64Array | BigUint64Array

/** Memory of any {@link DType}. Elements of int64 and uint64 are bigints. */
export type TypedArray = NumberArray | BigintArray

/** True for the memory of int64 and uint64. */
export function holdsBigints(data: TypedArray): data is BigintArray {
  return data instanceof BigInt64Array || data instanceof BigUint64Array
}

/** True for the two dtypes whose elements are bigints. */
export function isBigintType(dtype: DType): dtype is 'int64' | 'uint64' {
  return dtype === 'int64' || dtype === 'uint64'
}

/**
 * A zeroed array of `length` elements of `dtype`.
 * @throws RuntimeError if there is not enough memory
 */
export function allocate(dtype: DType, length: number): TypedArray {
  try {
    return new memory[dtype](length)
  } catch {
    const bytes = length * memory[dtype].BYTES_PER_ELEMENT
    throw new RuntimeError(
      `no memory for ${length} elements of ${dtype} (${(bytes / 2 ** 30).toFixed(1)} GiB)`,
    )
  }
}

/** The dtype of a typed array, such as uint16 for Uint16Array; null if it has none (Uint8ClampedArray, DataView). */
export function dtypeOf(array: ArrayBufferView): DType | null {
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof Float64Array) return 'float64'
  if (array instanceof BigInt64Array) return 'int64'
  if (array instanceof Int32Array) return 'int32'
  if (array instanceof Int16Array) return 'int16'
  if (array instanceof Int8Array) return 'int8'
  if (array instanceof BigUint64Array) return 'uint64'
  if (array instanceof Uint32Array) return 'uint32'
  if (array instanceof Uint16Array) return 'uint16'
  if (array instanceof Uint8Array) return 'uint8'
  return null
}

/** True if `array` is what {@link allocate} would make for `dtype`. */
export function holds(dtype: DType, array: ArrayBufferView): array is TypedArray {
  return array instanceof memory[dtype]
}

/** True for the name of a dtype. */
export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(memory, name)
}

/**
 * @param who the function, as messages name it: `zeros`
 * @throws TypeError unless `dtype` is the name of one
 */
export function checkDType(who: string, dtype: unknown): asserts dtype is DType {
  if (isDType(dtype)) return
  const meant = typeof dtype === 'string' ? meantBy(dtype.replace('torch.', '')) : null
  throw new TypeError(
    `${who}: expected dtype to be one of ${Object.keys(memory).join(', ')}, got ${describeValue(dtype)}` +
      (meant === null ? '' : `; did you mean '${meant}'?`),
  )
}

function meantBy(name: string): DType | null {
  return isDType(name) ? name : (otherNames.get(name) ?? null)
}

/** float16 or bfloat16. */
export function isHalf(dtype: DType): dtype is 'float16' | 'bfloat16' {
  return dtype === 'float16' || dtype === 'bfloat16'
}

/** True for the four floats. */
export function isFloatingPoint(dtype: DType): boolean {
  if (rank[dtype] === undefined) checkDType('isFloatingPoint', dtype)
  return rank[dtype] >= rank.float16
}

/** The unsigned integers for which PyTorch has few operations. */
function isBareUnsigned(dtype: DType): dtype is 'uint16' | 'uint32' | 'uint64' {
  return dtype === 'uint16' || dtype === 'uint32' || dtype === 'uint64'
}

/**
 * The smallest dtype both fit in by PyTorch's rules: any float beats any integer, uint8 and int8 meet in int16,
 * float16 and bfloat16 in float32.
 * @throws RuntimeError if uint16, uint32 or uint64 meets another integer
 */
export function promoteTypes(a: DType, b: DType, who = 'promoteTypes'): DType {
  if (a === b && rank[a] !== undefined) return a
  if (rank[a] === undefined || rank[b] === undefined) for (const dtype of [a, b]) checkDType(who, dtype)
  const [low, high] = rank[a] < rank[b] ? [a, b] : [b, a]
  if (!isFloatingPoint(high) && (isBareUnsigned(a) || isBareUnsigned(b))) {
    throw new RuntimeError(
      `${who}: ${a} and ${b} have no dtype in common, uint16, uint32 and uint64 meet floats only; convert with .to()`,
    )
  }
  if (low === 'uint8' && high === 'int8') return 'int16'
  return low === 'float16' && high === 'bfloat16' ? 'float32' : high
}

/** Throws unless `dtype` can be computed with. */
export function checkComputable(who: string, dtype: DType): void {
  if (!isHalf(dtype)) return
  throw new RuntimeError(`${who}: ${dtype} is for storage only; convert first, with .to('float32')`)
}

/** Throws for the unsigned integers if PyTorch does not have `who` for them. */
export function checkSigned(who: string, dtype: DType): void {
  if (!isBareUnsigned(dtype)) return
  throw new RuntimeError(`${who}: ${dtype} has no such operation; convert first, with .to('int64')`)
}

/** The smallest and largest value of an integer dtype; null for floats and bool, which take any. */
export function integerLimits(dtype: DType): readonly [least: bigint, most: bigint] | null {
  if (isFloatingPoint(dtype) || dtype === 'bool') return null
  const bits = BigInt(8 * memory[dtype].BYTES_PER_ELEMENT)
  return dtype.startsWith('u') ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
}

const memory = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>

const rank = {
  bool: 0,
  uint8: 1,
  int8: 2,
  uint16: 3,
  int16: 4,
  uint32: 5,
  int32: 6,
  uint64: 7,
  int64: 8,
  float16: 9,
  bfloat16: 10,
  float32: 11,
  float64: 12,
} as const satisfies Record<DType, number>

/** Other names of dtypes in PyTorch, NumPy and elsewhere. */
const otherNames: ReadonlyMap<string, DType> = /* @__PURE__ */ new Map([
  ['float', 'float32'],
  ['f32', 'float32'],
  ['double', 'float64'],
  ['f64', 'float64'],
  ['half', 'float16'],
  ['f16', 'float16'],
  ['bf16', 'bfloat16'],
  ['long', 'int64'],
  ['int', 'int32'],
  ['short', 'int16'],
  ['char', 'int8'],
  ['byte', 'uint8'],
  ['boolean', 'bool'],
])
