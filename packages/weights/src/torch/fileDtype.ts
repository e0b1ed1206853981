/** Name, bytes of an element, and the class of storages that hold it, where it has one. */
const rows = [
  ['float32', 4, 'FloatStorage'],
  ['float64', 8, 'DoubleStorage'],
  ['float16', 2, 'HalfStorage'],
  ['bfloat16', 2, 'BFloat16Storage'],
  ['int64', 8, 'LongStorage'],
  ['int32', 4, 'IntStorage'],
  ['int16', 2, 'ShortStorage'],
  ['int8', 1, 'CharStorage'],
  ['uint8', 1, 'ByteStorage'],
  ['bool', 1, 'BoolStorage'],
  ['complex64', 8, 'ComplexFloatStorage'],
  ['complex128', 16, 'ComplexDoubleStorage'],
  ['qint8', 1, 'QInt8Storage'],
  ['quint8', 1, 'QUInt8Storage'],
  ['qint32', 4, 'QInt32Storage'],
  ['quint4x2', 1, 'QUInt4x2Storage'],
  ['quint2x4', 1, 'QUInt2x4Storage'],
  ['complex32', 4, null],
  ['uint16', 2, null],
  ['uint32', 4, null],
  ['uint64', 8, null],
  ['float8_e4m3fn', 1, null],
  ['float8_e5m2', 1, null],
  ['float8_e4m3fnuz', 1, null],
  ['float8_e5m2fnuz', 1, null],
  ['float8_e8m0fnu', 1, null],
] as const

/**
 * Element types a checkpoint may name. More than tensors have: a file of any of them can be described, only those
 * that are a `DType` too become tensors.
 */
export type FileDType = (typeof rows)[number][0]

/** Bytes of an element. */
export function itemSize(dtype: FileDType): number {
  return itemSizes.get(dtype) ?? 1
}

/** The dtype PyTorch calls `torch.<name>`; null if it is none. */
export function dtypeNamed(name: string): FileDType | null {
  return rows.find((row) => row[0] === name)?.[0] ?? null
}

/** The dtype of `torch.<name>`, a class of storages; null if it is none. */
export function dtypeOfStorageClass(name: string): FileDType | null {
  return rows.find((row) => row[2] === name)?.[0] ?? null
}

const itemSizes: ReadonlyMap<FileDType, number> = new Map(rows.map(([dtype, size]) => [dtype, size]))
