import { quote } from '../errors.ts'
import { describe, globalName, isRecord, type PickleObject, type PickleValue } from '../pickle/values.ts'
import type { Bytes } from '../source/source.ts'
import { type FileDType, itemSize } from '../tensor/fileDtype.ts'
import { numpyDtypes } from '../tensor/numpyDtypes.ts'
import { toFloats } from '../tensor/rawTensor.ts'
import { rowMajor, StorageSpec, TensorSpec } from '../tensor/tensorSpec.ts'
import { rawMemory } from '../tensor/typedMemory.ts'
import { encodeUtf8 } from '../utf8.ts'
import type { Call, Interpreted } from './call.ts'
import { checked } from './tensorConstructors.ts'
import { Unrepresentable } from './unrepresentable.ts'

// Counterparts of the functions that rebuild NumPy's arrays, whose numbers are in the pickle itself.

/** `(class, (0,), b'b')`, built with `(version, shape, dtype, is Fortran order, bytes)`. */
export function numpyArray<T>(call: Call<T>): TensorSpec {
  const { state = null } = call
  const built = isRecord(state) && state.kind === 'tuple' ? state.items : []
  const named = call.global(0)
  if (named.module !== 'numpy' || named.name !== 'ndarray') {
    throw new Unrepresentable(`an array of class ${globalName(named)}`, 'save numpy.asarray(array)')
  }
  const parts = call.of(call.callee, built)
  if (built.length !== 5) throw parts.corrupt(`expected an array's 5 parts, got ${built.length}`)
  return arrayOf(parts, { shape: parts.counts(1), dtype: parts.raw(2), fortran: parts.flag(3), data: 4 })
}

/** `(bytes, dtype, shape, order)`: how protocol 5 writes arrays. */
export function numpyBuffer<T>(call: Call<T>): TensorSpec {
  const order = call.text(3)
  if (order !== 'C' && order !== 'F') throw call.corrupt(`expected order C or F, got ${quote(order)}`)
  return arrayOf(call, { shape: call.counts(2), dtype: call.raw(1), fortran: order === 'F', data: 0 })
}

/** `(dtype, bytes)`: a number. */
export function numpyScalar<T>(call: Call<T>): Interpreted<T> {
  const { dtype, bigEndian } = dtypeOf(call, call.raw(0))
  const bytes = dataOf(call, 1)
  if (bytes.length !== itemSize(dtype)) {
    throw call.corrupt(`a number of ${dtype} has ${itemSize(dtype)} bytes, got ${bytes.length}`)
  }
  const raw = rawMemory(bytes, dtype, bigEndian, call.at)
  const data = dtype === 'float16' ? toFloats({ dtype, shape: [1], data: raw }, 'float32') : raw
  const [first = 0, second = 0] = [data[0], data[1]]
  if (dtype.startsWith('complex')) return { re: Number(first), im: Number(second) }
  if (dtype === 'bool') return first !== 0
  return typeof first === 'bigint' && Number.isSafeInteger(Number(first)) ? Number(first) : first
}

/** `(code, align, copy)`, built with its byte order and more: the name of the dtype. */
export function numpyDtype<T>(call: Call<T>): string {
  return dtypeFrom(call, call.text(0), call.state ?? null).dtype
}

interface ArrayParts {
  readonly shape: readonly number[]
  readonly dtype: PickleValue
  readonly fortran: boolean
  /** The index of the argument with the bytes. */
  readonly data: number
}

function arrayOf<T>(call: Call<T>, { shape, dtype: named, fortran, data }: ArrayParts): TensorSpec {
  const { dtype, bigEndian } = dtypeOf(call, named)
  const bytes = dataOf(call, data)
  const byteLength = shape.reduce((product, size) => product * size, 1) * itemSize(dtype)
  if (byteLength !== bytes.length) {
    throw call.corrupt(
      `an array of ${dtype}, shape (${shape.join(', ')}), takes ${byteLength} bytes; it has ${bytes.length}`,
    )
  }
  const { limits } = call.resolver
  const key = `array at byte ${call.at.offset ?? 0}`
  // Copied: tensors keep the memory they get, and two must not share it.
  const content = { at: call.at, bigEndian, limits, read: async () => bytes.slice() }
  const storage = call.embedded(() => new StorageSpec({ key, dtype, byteLength, content }))
  const strides = fortran ? rowMajor([...shape].reverse()).reverse() : rowMajor(shape)
  const view = { storage, dtype, offset: 0, shape, strides, requiresGrad: false }
  return checked(call, () => new TensorSpec(view))
}

interface NumpyDtype {
  readonly dtype: FileDType
  readonly bigEndian: boolean
}

/** Reads the pickled dtype itself. Elsewhere it becomes its name, which lacks the byte order. */
function dtypeOf<T>(call: Call<T>, value: PickleValue): NumpyDtype {
  const object: PickleObject | null = isRecord(value) && value.kind === 'object' ? value : null
  const callable = object?.callable ?? null
  const isDtype = isRecord(callable) && callable.kind === 'global' && globalName(callable) === 'numpy.dtype'
  const code = object?.args.items[0]
  if (object === null || !isDtype || typeof code !== 'string') {
    throw call.corrupt(`expected NumPy's dtype, got ${describe(value)}`)
  }
  return dtypeFrom(call, code, object.state ?? null)
}

function dtypeFrom<T>(call: Call<T>, code: string, state: PickleValue): NumpyDtype {
  const [, order = '', name = ''] = /^([<>|=]?)(.*)$/s.exec(code) ?? []
  const dtype = numpyDtypes.get(name)
  const parts = isRecord(state) && state.kind === 'tuple' ? state.items : []
  const stated = typeof parts[1] === 'string' ? parts[1] : ''
  if (!/^[<>|=]?$/.test(stated)) throw call.corrupt(`expected a byte order, got ${quote(stated)}`)
  // A dtype with fields or a subarray has the size of its parts.
  const plain = parts.slice(2, 5).every((part) => part === null)
  if (dtype === undefined || !plain) {
    throw new Unrepresentable(
      `NumPy data of dtype ${quote(code)}`,
      'save numbers or bools: array.astype(numpy.float32)',
    )
  }
  return { dtype, bigEndian: (stated || order) === '>' }
}

/** Bytes. Those of Python 2 were read as text if they happen to be UTF-8. */
function dataOf<T>(call: Call<T>, index: number): Bytes {
  const value = call.value(index)
  if (typeof value === 'string') return encodeUtf8(value)
  // The interpreter returned a copy of the bytes in the pickle.
  if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  }
  throw call.corrupt(`expected bytes as argument ${index}, got ${describe(call.raw(index))}`)
}
