import { type DType, isFloatingPoint, isHalf, type NumberArray, type TypedArray } from '../dtype.ts'
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from '../halfFloats.ts'
import { map, type UnaryLoop } from './loop.ts'
import { dense, isContiguous, numelOf, type Strided } from './strided.ts'
import { expand, inferShape, tryView } from './views.ts'

/** `t` in another dtype, row-major; `t` itself if it has it already. */
export function cast(t: Strided, dtype: DType): Strided {
  return t.dtype === dtype ? t : copyOf(t, dtype)
}

/** `t` if it is row-major, else a row-major copy. */
export function contiguous(t: Strided): Strided {
  return isContiguous(t) ? t : copyOf(t)
}

/** A fresh row-major copy. */
export function copyOf(t: Strided, dtype: DType = t.dtype): Strided {
  const result = dense(t.shape, dtype)
  assign(result, t)
  return result
}

/** The same elements in the same order under another shape; one size may be -1. A view where the strides allow. */
export function reshape(t: Strided, shape: readonly number[]): Strided {
  const view = tryView(t, shape, 'reshape')
  return view ?? dense(inferShape(t, shape, 'reshape'), t.dtype, copyOf(t).storage.data)
}

/** The elements in logical order: a part of the memory itself where they lie that way, else a copy. */
export function elementsOf(t: Strided): TypedArray {
  const { storage, offset } = contiguous(t)
  const numel = numelOf(t.shape)
  return offset === 0 && storage.data.length === numel
    ? storage.data
    : storage.data.subarray(offset, offset + numel)
}

/**
 * Writes `source`, broadcast and converted, over the elements of `target`, and counts it as a change of its memory.
 * Floats become integers by dropping the fraction, anything but 0 becomes true, integers wrap around.
 * @throws RuntimeError if `source` does not broadcast to the shape of `target`
 */
export function copyInto(target: Strided, source: Strided, who: string): void {
  const apart = target.storage.data.buffer === source.storage.data.buffer ? copyOf(source) : source
  assign(target, expand(apart, target.shape, who))
  target.storage.version++
}

/** Copies single elements, from a position in one memory to a position in another of the same kind. */
export function mover(out: TypedArray, from: TypedArray): (to: number, at: number) => void {
  if (out instanceof BigInt64Array) {
    if (!(from instanceof BigInt64Array)) throw new TypeError('expected memory of int64')
    return (to, at) => {
      out[to] = from[at] ?? 0n
    }
  }
  if (from instanceof BigInt64Array) throw new TypeError('expected memory of numbers')
  return (to, at) => {
    out[to] = from[at] ?? 0
  }
}

/** Copies runs of `length` elements, from a position in one memory to a position in another of the same kind. */
export function blockCopier(
  out: TypedArray,
  from: TypedArray,
  length: number,
): (to: number, at: number) => void {
  if (out instanceof BigInt64Array) {
    if (!(from instanceof BigInt64Array)) throw new TypeError('expected memory of int64')
    return (to, at) => out.set(from.subarray(at, at + length), to)
  }
  if (from instanceof BigInt64Array) throw new TypeError('expected memory of numbers')
  if (length > shortRun) return (to, at) => out.set(from.subarray(at, at + length), to)
  return (to, at) => {
    for (let k = 0; k < length; k++) out[to + k] = from[at + k] ?? 0
  }
}

/** Reads an element of memory of `dtype` as the number it stands for. */
export function decoder(dtype: DType): (element: number) => number {
  return dtype === 'float16' ? float16ToNumber : dtype === 'bfloat16' ? bfloat16ToNumber : identity
}

/** Makes a number an element of memory of `dtype`; rounding and wrapping are left to the typed array. */
function encoder(dtype: DType): (value: number) => number {
  switch (dtype) {
    case 'float16':
      return numberToFloat16
    case 'bfloat16':
      return numberToBfloat16
    case 'bool':
      return truth
    default:
      return identity
  }
}

/** Elements up to which a loop costs less than the view that copies at once needs. */
const shortRun = 16

/** Copies between records of one shape that share no memory. */
function assign(target: Strided, source: Strided): void {
  const out = target.storage.data
  const from = source.storage.data
  if (from instanceof BigInt64Array) {
    if (out instanceof BigInt64Array) map(copyBigints, [target, out], [source, from])
    else map(narrowing(target.dtype), [target, out], [source, from])
  } else if (out instanceof BigInt64Array) map(widening(source.dtype), [target, out], [source, from])
  else map(converting(target.dtype, source.dtype), [target, out], [source, from])
}

const copyNumbers: UnaryLoop<NumberArray> = (n, out, o, so, a, i, si) => {
  if (so === 1 && si === 1 && n > shortRun) out.set(a.subarray(i, i + n), o)
  else for (let k = 0; k < n; k++) out[o + k * so] = a[i + k * si] ?? 0
}

const copyBigints: UnaryLoop<BigInt64Array> = (n, out, o, so, a, i, si) => {
  if (so === 1 && si === 1 && n > shortRun) out.set(a.subarray(i, i + n), o)
  else for (let k = 0; k < n; k++) out[o + k * so] = a[i + k * si] ?? 0n
}

function converting(to: DType, as: DType): UnaryLoop<NumberArray> {
  if (to === as || (to !== 'bool' && !isHalf(to) && !isHalf(as))) return copyNumbers
  const encode = encoder(to)
  const decode = decoder(as)
  return (n, out, o, so, a, i, si) => {
    for (let k = 0; k < n; k++) out[o + k * so] = encode(decode(a[i + k * si] ?? 0))
  }
}

/** To int64. */
function widening(as: DType): UnaryLoop<BigInt64Array, NumberArray> {
  const decode = decoder(as)
  return (n, out, o, so, a, i, si) => {
    for (let k = 0; k < n; k++) out[o + k * so] = toInt64(decode(a[i + k * si] ?? 0))
  }
}

/** From int64. */
function narrowing(to: DType): UnaryLoop<NumberArray, BigInt64Array> {
  const encode = encoder(to)
  // As a number a large int64 loses its low bits, and just these are what smaller integers keep.
  const wraps = !isFloatingPoint(to) && to !== 'bool'
  return (n, out, o, so, a, i, si) => {
    for (let k = 0; k < n; k++) {
      const value = a[i + k * si] ?? 0n
      out[o + k * so] = encode(Number(wraps ? BigInt.asIntN(32, value) : value))
    }
  }
}

/** The fraction dropped; what is not finite or too large becomes the smallest int64, as on x86. */
function toInt64(value: number): bigint {
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n)
}

function identity(value: number): number {
  return value
}

function truth(value: number): number {
  return value === 0 ? 0 : 1
}
