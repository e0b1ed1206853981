import {
  type BigintArray,
  type DType,
  holdsBigints,
  isFloatingPoint,
  isHalf,
  type NumberArray,
  type TypedArray,
} from '../dtype.ts'
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

/** The same elements in the same order in another shape. One size may be -1. A view if the strides allow it. */
export function reshape(t: Strided, shape: readonly number[]): Strided {
  const view = tryView(t, shape, 'reshape')
  return view ?? dense(inferShape(t, shape, 'reshape'), t.dtype, copyOf(t).storage.elements)
}

/**
 * The elements in logical order: a part of the memory itself if they lie in that order, else a copy. Only for reading within these
 * packages. What is given to users, or kept, must come from `data`.
 */
export function elementsOf(t: Strided): TypedArray {
  const { storage, offset } = contiguous(t)
  const numel = numelOf(t.shape)
  return offset === 0 && storage.elements.length === numel
    ? storage.elements
    : storage.elements.subarray(offset, offset + numel)
}

/**
 * Writes `source`, broadcast and converted, over the elements of `target`, and counts it as a change of its memory.
 * Floats become integers by dropping the fraction, anything but 0 becomes true, integers wrap around.
 * @throws RuntimeError if `source` does not broadcast to the shape of `target`
 */
export function copyInto(target: Strided, source: Strided, who: string): void {
  const apart = target.storage.elements.buffer === source.storage.elements.buffer ? copyOf(source) : source
  assign(target, expand(apart, target.shape, who))
  target.storage.version++
}

/** Copies single elements, from a position in one memory to a position in another of the same kind. */
export function mover(out: TypedArray, from: TypedArray): (to: number, at: number) => void {
  if (holdsBigints(out)) {
    if (!holdsBigints(from)) throw new TypeError('expected memory of bigints')
    return (to, at) => {
      out[to] = from[at] ?? 0n
    }
  }
  if (holdsBigints(from)) throw new TypeError('expected memory of numbers')
  return (to, at) => {
    out[to] = from[at] ?? 0
  }
}

/** Copies runs of `length` elements, from a position in one memory to a position in another of the same kind. */
export function runCopier(
  out: TypedArray,
  from: TypedArray,
): (to: number, at: number, length: number) => void {
  if (holdsBigints(out)) {
    if (!holdsBigints(from)) throw new TypeError('expected memory of bigints')
    return (to, at, length) => out.set(from.subarray(at, at + length), to)
  }
  if (holdsBigints(from)) throw new TypeError('expected memory of numbers')
  return (to, at, length) => {
    if (length > shortRun) out.set(from.subarray(at, at + length), to)
    else for (let k = 0; k < length; k++) out[to + k] = from[at + k] ?? 0
  }
}

/** Reads an element of memory of `dtype` as the number it stands for. */
export function decoder(dtype: DType): (element: number) => number {
  return dtype === 'float16' ? float16ToNumber : dtype === 'bfloat16' ? bfloat16ToNumber : identity
}

/** Converts a number to an element of memory of `dtype`. The typed array rounds and wraps. */
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

/** Up to this many elements a loop costs less than making a view for one bulk copy. */
const shortRun = 16

/** Copies between records of one shape that do not share memory. */
function assign(target: Strided, source: Strided): void {
  const out = target.storage.elements
  const from = source.storage.elements
  if (holdsBigints(from)) {
    if (holdsBigints(out)) map(copyBigints, [target, out], [source, from])
    else map(narrowing(target.dtype), [target, out], [source, from])
  } else if (holdsBigints(out)) map(widening(target.dtype, source.dtype), [target, out], [source, from])
  else map(converting(target.dtype, source.dtype), [target, out], [source, from])
}

const copyNumbers: UnaryLoop<NumberArray> = (n, out, o, so, a, i, si) => {
  if (so === 1 && si === 1 && n > shortRun) out.set(a.subarray(i, i + n), o)
  else for (let k = 0; k < n; k++) out[o + k * so] = a[i + k * si] ?? 0
}

const copyBigints: UnaryLoop<BigintArray> = (n, out, o, so, a, i, si) => {
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

/** To int64 or uint64. */
function widening(to: DType, as: DType): UnaryLoop<BigintArray, NumberArray> {
  const decode = decoder(as)
  const encode = to === 'uint64' ? toUint64 : toInt64
  return (n, out, o, so, a, i, si) => {
    for (let k = 0; k < n; k++) out[o + k * so] = encode(decode(a[i + k * si] ?? 0))
  }
}

/** From int64 or uint64. */
function narrowing(to: DType): UnaryLoop<NumberArray, BigintArray> {
  const encode = encoder(to)
  // A number would lose the low bits of a large integer, and smaller integers keep just these.
  const wraps = !isFloatingPoint(to) && to !== 'bool'
  return (n, out, o, so, a, i, si) => {
    for (let k = 0; k < n; k++) {
      const value = a[i + k * si] ?? 0n
      out[o + k * so] = encode(Number(wraps ? BigInt.asIntN(32, value) : value))
    }
  }
}

/** Drops the fraction. Values that are not finite or too large become the smallest int64, as on x86. */
function toInt64(value: number): bigint {
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n)
}

/** The same for values below 2^63. Negative ones count from 2^64; values that are too large become 0, as on x86. */
function toUint64(value: number): bigint {
  if (!(value >= 2 ** 63)) return toInt64(value)
  return value < 2 ** 64 ? BigInt(value) : 0n
}

function identity(value: number): number {
  return value
}

function truth(value: number): number {
  return value === 0 ? 0 : 1
}
