/** Name, bits of an element, PyTorch's class of storages, and safetensors' name; null for none. */
const rows = [
  ['float32', 32, 'FloatStorage', 'F32'],
  ['float64', 64, 'DoubleStorage', 'F64'],
  ['float16', 16, 'HalfStorage', 'F16'],
  ['bfloat16', 16, 'BFloat16Storage', 'BF16'],
  ['int64', 64, 'LongStorage', 'I64'],
  ['int32', 32, 'IntStorage', 'I32'],
  ['int16', 16, 'ShortStorage', 'I16'],
  ['int8', 8, 'CharStorage', 'I8'],
  ['uint8', 8, 'ByteStorage', 'U8'],
  ['bool', 8, 'BoolStorage', 'BOOL'],
  ['complex64', 64, 'ComplexFloatStorage', 'C64'],
  ['complex128', 128, 'ComplexDoubleStorage', null],
  ['complex32', 32, null, null],
  ['qint8', 8, 'QInt8Storage', null],
  ['quint8', 8, 'QUInt8Storage', null],
  ['qint32', 32, 'QInt32Storage', null],
  ['quint4x2', 8, 'QUInt4x2Storage', null],
  ['quint2x4', 8, 'QUInt2x4Storage', null],
  ['uint16', 16, null, 'U16'],
  ['uint32', 32, null, 'U32'],
  ['uint64', 64, null, 'U64'],
  ['float8_e4m3fn', 8, null, 'F8_E4M3'],
  ['float8_e5m2', 8, null, 'F8_E5M2'],
  ['float8_e4m3fnuz', 8, null, 'F8_E4M3FNUZ'],
  ['float8_e5m2fnuz', 8, null, 'F8_E5M2FNUZ'],
  ['float8_e8m0fnu', 8, null, 'F8_E8M0'],
  ['float6_e2m3', 6, null, 'F6_E2M3'],
  ['float6_e3m2', 6, null, 'F6_E3M2'],
  ['float4', 4, null, 'F4'],
] as const

/**
 * The element types that a checkpoint may name. Tensors do not have all of them: any can be described and read as raw memory, but
 * only a `DType` becomes a tensor, and float8 becomes float32.
 */
export type FileDType = (typeof rows)[number][0]

/** Bytes of an element; below 1 where several share a byte. An untyped storage counts bytes. */
export function itemSize(dtype: FileDType | 'untyped'): number {
  return (bitsOf.get(dtype) ?? 8) / 8
}

/** The dtype PyTorch calls `torch.<name>`; null if it is none. */
export function dtypeNamed(name: string): FileDType | null {
  return rows.find((row) => row[0] === name)?.[0] ?? null
}

/** The dtype of `torch.<name>`, a class of storages; null if it is none. */
export function dtypeOfStorageClass(name: string): FileDType | null {
  return rows.find((row) => row[2] === name)?.[0] ?? null
}

/** The name of the class of storages for a dtype; null if only untyped ones hold it. */
export function storageClassOf(dtype: FileDType): string | null {
  return rows.find((row) => row[0] === dtype)?.[2] ?? null
}

/** The dtype safetensors calls `F32`; null if it knows none of that name. */
export function dtypeOfSafetensors(name: string): FileDType | null {
  return rows.find((row) => row[3] === name)?.[0] ?? null
}

/** What safetensors calls a dtype; null if it has no name for it. */
export function safetensorsNameOf(dtype: FileDType): string | null {
  return rows.find((row) => row[0] === dtype)?.[3] ?? null
}

const bitsOf: ReadonlyMap<string, number> = new Map(rows.map(([dtype, bits]) => [dtype, bits]))
