// Reductions whose order does not matter: an accumulator per result, walked together with the input at stride 0
// along the reduced dimensions, so that memory is read in the order it lies.

import { checkFlag } from '../checks.ts'
import {
  type BigintArray,
  checkComputable,
  isBigintType,
  isFloatingPoint,
  type NumberArray,
} from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { cast, copyOf } from './cast.ts'
import { wrapDims } from './dims.ts'
import { map, type UnaryLoop } from './loop.ts'
import {
  bigintsOf,
  dense,
  heldBigints,
  heldNumbers,
  isContiguous,
  numbersOf,
  numelOf,
  type Strided,
} from './strided.ts'
import { expand } from './views.ts'

/** Dimensions to reduce over: one, several, or all if undefined or empty; `all` and `any` reduce none if empty. */
export type Dims = number | readonly number[] | undefined

/** The sum over `dims`. Integers and bools give int64; floats are summed in double precision. */
export function sum(t: Strided, dims: Dims, keepdim: boolean): Strided {
  checkComputable('sum', t.dtype)
  checkFlag('sum', 'keepdim', keepdim)
  // Doubles hold sums of integers below 2^53 exactly. Those of 32 bits could exceed it from 2^21 elements on.
  const is32 = t.dtype === 'int32' || t.dtype === 'uint32'
  const wide = isBigintType(t.dtype) || (is32 && numelOf(t.shape) > 2 ** 21)
  const total = wide ? foldBigints('sum', sumBigints, 0n, t, dims) : totalOf('sum', t, dims)
  return finish(cast(total, isFloatingPoint(t.dtype) ? t.dtype : 'int64'), t, dims, keepdim)
}

/** The product over `dims`. Integers and bools give int64; floats are multiplied in double precision. */
export function prod(t: Strided, dims: Dims, keepdim: boolean): Strided {
  checkComputable('prod', t.dtype)
  checkFlag('prod', 'keepdim', keepdim)
  const total = isFloatingPoint(t.dtype)
    ? cast(foldNumbers('prod', multiplyNumbers, 1, t, dims), t.dtype)
    : foldBigints('prod', multiplyBigints, 1n, t, dims)
  return finish(total, t, dims, keepdim)
}

/** The mean over `dims`, of floats, in double precision. */
export function mean(t: Strided, dims: Dims, keepdim: boolean): Strided {
  checkComputable('mean', t.dtype)
  checkFlag('mean', 'keepdim', keepdim)
  if (!isFloatingPoint(t.dtype)) {
    throw new RuntimeError(`mean: expected floats, got ${t.dtype}; convert first, with .to('float32')`)
  }
  const total = totalOf('mean', t, dims)
  const data = numbersOf(total)
  const count = numelOf(t.shape) / data.length
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) / count
  return finish(cast(total, t.dtype), t, dims, keepdim)
}

/** Whether all elements over `dims` are true, that is not 0. */
export function all(t: Strided, dims: Dims, keepdim: boolean): Strided {
  return truth('all', 1, t, dims, keepdim)
}

/** Whether any element over `dims` is true, that is not 0. */
export function any(t: Strided, dims: Dims, keepdim: boolean): Strided {
  return truth('any', 0, t, dims, keepdim)
}

function truth(who: string, initial: 0 | 1, t: Strided, dims: Dims, keepdim: boolean): Strided {
  checkComputable(who, t.dtype)
  checkFlag(who, 'keepdim', keepdim)
  const bools = cast(t, 'bool')
  // PyTorch keeps uint8, for programs older than its bool.
  const dtype = t.dtype === 'uint8' ? 'uint8' : 'bool'
  // Here an empty list means no dimension, other than in sums.
  if (Array.isArray(dims) && dims.length === 0) return copyOf(bools, dtype)
  const result = foldNumbers(who, initial === 1 ? allTrue : anyTrue, initial, bools, dims)
  return finish(cast(result, dtype), t, dims, keepdim)
}

// The loops read what they write: `out[o + k*so] = f(out[o + k*so], a[i + k*si])`, `so` 0 where the run is reduced.

const sumNumbers: UnaryLoop<NumberArray> = (n, out, o, so, a, i, si) => {
  if (so === 0) {
    let total = out[o] ?? 0
    for (let k = 0; k < n; k++) total += a[i + k * si] ?? 0
    out[o] = total
  } else {
    for (let k = 0; k < n; k++) out[o + k * so] = (out[o + k * so] ?? 0) + (a[i + k * si] ?? 0)
  }
}
const multiplyNumbers: UnaryLoop<NumberArray> = (n, out, o, so, a, i, si) => {
  for (let k = 0; k < n; k++) out[o + k * so] = (out[o + k * so] ?? 0) * (a[i + k * si] ?? 0)
}
const sumBigints: UnaryLoop<BigintArray> = (n, out, o, so, a, i, si) => {
  for (let k = 0; k < n; k++) out[o + k * so] = (out[o + k * so] ?? 0n) + (a[i + k * si] ?? 0n)
}
const multiplyBigints: UnaryLoop<BigintArray> = (n, out, o, so, a, i, si) => {
  for (let k = 0; k < n; k++) out[o + k * so] = (out[o + k * so] ?? 0n) * (a[i + k * si] ?? 0n)
}
const allTrue: UnaryLoop<NumberArray> = (n, out, o, so, a, i, si) => {
  for (let k = 0; k < n; k++) if (a[i + k * si] === 0) out[o + k * so] = 0
}
const anyTrue: UnaryLoop<NumberArray> = (n, out, o, so, a, i, si) => {
  for (let k = 0; k < n; k++) if (a[i + k * si] !== 0) out[o + k * so] = 1
}

/** Sums in float64, of the shape with reduced dimensions kept as 1. */
function totalOf(who: string, t: Strided, dims: Dims): Strided {
  const isReduced = wrapDims(who, dims, t.shape.length)
  const isLeading = isReduced.lastIndexOf(true) < isReduced.indexOf(false)
  if (!isLeading || !isContiguous(t)) return foldNumbers(who, sumNumbers, 0, t, dims)
  const total = dense(keptShape(who, t, dims), 'float64')
  sumRows(numbersOf(total), numbersOf(t), t.offset, numelOf(t.shape))
  return total
}

/** Adds rows of numbers, four at a time, so that each sum is read and written less often. */
function sumRows(sums: NumberArray, a: NumberArray, start: number, count: number): void {
  const columns = sums.length
  const end = start + count
  let row = start
  for (; row + 4 * columns <= end && columns > 0; row += 4 * columns) {
    for (let column = 0; column < columns; column++) {
      const i = row + column
      const two = (a[i] ?? 0) + (a[i + columns] ?? 0)
      sums[column] = (sums[column] ?? 0) + two + ((a[i + 2 * columns] ?? 0) + (a[i + 3 * columns] ?? 0))
    }
  }
  for (; row < end; row += columns) {
    for (let column = 0; column < columns; column++)
      sums[column] = (sums[column] ?? 0) + (a[row + column] ?? 0)
  }
}

/** Accumulates in float64: one total per element of the shape with reduced dimensions kept as 1. */
function foldNumbers(
  who: string,
  loop: UnaryLoop<NumberArray>,
  initial: number,
  t: Strided,
  dims: Dims,
): Strided {
  const total = dense(keptShape(who, t, dims), 'float64')
  numbersOf(total).fill(initial)
  map(loop, heldNumbers(expand(total, t.shape)), heldNumbers(t))
  return total
}

/** The same in int64. */
function foldBigints(
  who: string,
  loop: UnaryLoop<BigintArray>,
  initial: bigint,
  t: Strided,
  dims: Dims,
): Strided {
  const total = dense(keptShape(who, t, dims), 'int64')
  bigintsOf(total).fill(initial)
  map(loop, heldBigints(expand(total, t.shape)), heldBigints(cast(t, 'int64')))
  return total
}

/** The shape of `t` with 1 for every reduced dimension. */
function keptShape(who: string, t: Strided, dims: Dims): number[] {
  const isReduced = wrapDims(who, dims, t.shape.length)
  return t.shape.map((size, dim) => (isReduced[dim] ? 1 : size))
}

/** `total` without the reduced dimensions, unless they are to be kept. */
function finish(total: Strided, t: Strided, dims: Dims, keepdim: boolean): Strided {
  if (keepdim) return total
  const isReduced = wrapDims('', dims, t.shape.length)
  return dense(
    t.shape.filter((_, dim) => !isReduced[dim]),
    total.dtype,
    total.storage.elements,
  )
}
