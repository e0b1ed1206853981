import { CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import type { Bytes, Source } from '../source/source.ts'
import type { FileDType } from '../tensor/fileDtype.ts'
import { itemSize } from '../tensor/fileDtype.ts'
import { numpyDtypes } from '../tensor/numpyDtypes.ts'
import { rowMajor, StorageSpec, TensorSpec } from '../tensor/tensorSpec.ts'
import { latin1 } from '../utf8.ts'

/** The source of an array's bytes: a file, or a record of an archive. */
export interface NpyBytes {
  readonly name: string
  readonly source: Source
  /** The name of the record in an archive; null for a file. */
  readonly record: string | null
  readonly byteLength: number
  /** The first bytes, up to `end`. */
  head(end: number): Promise<Bytes>
  /** The bytes from `start` to the end. */
  data(start: number): Promise<Bytes>
}

const magicBytes = 6

/**
 * Reads the header of an array that numpy.save wrote: `\x93NUMPY`, version, length, and the text of a Python dict.
 * The data is not read.
 * @throws CorruptCheckpointError; UnsupportedFormatError for objects (pickles), records, text and big-endian arrays
 */
export async function readNpyHeader(file: NpyBytes): Promise<TensorSpec> {
  const at = { file: file.source.name, record: file.record, offset: 0 }
  const fail = (what: string): CorruptCheckpointError => new CorruptCheckpointError(`npy array: ${what}`, at)
  const { limits } = file.source
  const wide = (await file.head(Math.min(8, file.byteLength)))[magicBytes] !== 1
  const fixed = magicBytes + 2 + (wide ? 4 : 2)
  if (file.byteLength < fixed) throw fail(`${file.byteLength} bytes are no header`)
  const start = await file.head(fixed)
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  if (String.fromCharCode(...start.subarray(0, magicBytes)) !== '\x93NUMPY')
    throw fail('does not start with \\x93NUMPY')
  const version = `${start[6]}.${start[7]}`
  if (!['1.0', '2.0', '3.0'].includes(version)) throw fail(`expected version 1.0 to 3.0, got ${version}`)
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  if (length > limits.npyHeaderBytes)
    throw fail(`header of ${length} bytes, the limit is ${limits.npyHeaderBytes}`)
  const dataStart = fixed + length
  if (dataStart > file.byteLength) throw fail(`header of ${length} bytes, the file has ${file.byteLength}`)
  const text = latin1.decode((await file.head(dataStart)).subarray(fixed))
  const { descr, fortranOrder, shape } = parseHeader(text, fail)

  const dtype = dtypeOf(descr, (what) => new UnsupportedFormatError(`npy array: ${what}`, at))
  if (shape.length > limits.dimensions) {
    throw fail(`has ${shape.length} dimensions, the limit is ${limits.dimensions}`)
  }
  const byteLength = shape.reduce((product, size) => product * size, 1) * itemSize(dtype)
  if (byteLength !== file.byteLength - dataStart) {
    throw fail(
      `of ${descr}, shape (${shape.join(', ')}), takes ${byteLength} bytes; it has ${file.byteLength - dataStart}`,
    )
  }
  const content = {
    at: { ...at, offset: dataStart },
    bigEndian: false,
    limits,
    read: () => file.data(dataStart),
  }
  const storage = new StorageSpec({ key: file.name, dtype, byteLength, content })
  const strides = fortranOrder ? rowMajor([...shape].reverse()).reverse() : rowMajor(shape)
  return new TensorSpec({ storage, dtype, shape, strides, offset: 0, requiresGrad: false })
}

interface NpyHeader {
  readonly descr: string
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, in any order. */
function parseHeader(text: string, fail: (what: string) => Error): NpyHeader {
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1]
  if (body === undefined) throw fail(`header is no dict: ${quote(text)}`)
  const fields = new Map<string, string>()
  const field = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d,\sL]*\)|\[.*\])\s*(,|$)/sy
  while (/\S/.test(body.slice(field.lastIndex))) {
    const [, , key = '', value = ''] = field.exec(body) ?? []
    if (key === '') throw fail(`header is no dict of a dtype, an order and a shape: ${quote(text)}`)
    if (fields.has(key)) throw fail(`header has ${quote(key)} twice`)
    fields.set(key, value)
  }
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((key) => fields.get(key))
  if (descr === undefined || order === undefined || shape === undefined || fields.size !== 3) {
    throw fail(`expected descr, fortran_order and shape, got ${quote([...fields.keys()].join(', '))}`)
  }
  if (!/^(True|False)$/.test(order)) throw fail(`fortran_order is ${quote(order)}`)
  if (!shape.startsWith('(')) throw fail(`shape is ${quote(shape)}`)
  const sizes = shape
    .slice(1, -1)
    .split(',')
    .map((size) => size.trim().replace(/L$/, ''))
  if (sizes.at(-1) === '') sizes.pop()
  if (!sizes.every((size) => /^\d+$/.test(size) && Number.isSafeInteger(Number(size)))) {
    throw fail(`shape ${quote(shape)} is not of counts from 0 to 2^53 - 1`)
  }
  return { descr, fortranOrder: order === 'True', shape: sizes.map(Number) }
}

function dtypeOf(descr: string, refuse: (what: string) => Error): FileDType {
  const [, order = '', code = ''] = /^['"]([<>|=]?)(\w+)['"]$/.exec(descr) ?? []
  if (code.startsWith('O')) throw refuse(`holds Python objects (${descr}), which only a pickle can tell`)
  const dtype = numpyDtypes.get(code)
  if (dtype === undefined) throw refuse(`dtype ${descr} is not supported: save numbers or bools`)
  if (order === '>' && itemSize(dtype) > 1)
    throw refuse(`big-endian dtype ${descr} is not supported: save a.astype('<${code}')`)
  return dtype
}
