// Operations along one dimension that see each lane as a whole: the elements along it at one position of all other
// dimensions.

import { currentHostEngine } from '@unroll/kernels'
import { checkFlag, checkInteger } from '../checks.ts'
import { checkComputable, checkSigned, holdsBigints, isFloatingPoint, type TypedArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { cast, contiguous, copyOf, elementsOf, reshape } from './cast.ts'
import { wrapDim } from './dims.ts'
import { floatsOf } from './engine.ts'
import { firstPositions, largestFirst, smallestFirst } from './largest.ts'
import { forEachRow } from './loop.ts'
import { gather } from './pick.ts'
import { flip } from './rearrange.ts'
import { dense, type Strided, shapeText } from './strided.ts'
import { select, transpose } from './views.ts'

/**
 * The position of the largest (`sign` 1) or smallest (`sign` -1) element along `dim`, or among all in logical order, int64: of the
 * first of equals, or the first NaN.
 * @throws RangeError if `dim` has no positions; without `dim` and elements RangeError for `arg...`, else RuntimeError
 */
export function argExtreme(
  who: string,
  sign: 1 | -1,
  t: Strided,
  dim: number | undefined,
  keepdim: boolean,
): Strided {
  return extreme(who, sign, t, dim, keepdim).indices
}

/** The same, with the elements at these positions. */
export function extreme(
  who: string,
  sign: 1 | -1,
  t: Strided,
  dim: number | undefined,
  keepdim: boolean,
): { values: Strided; indices: Strided } {
  checkComputable(who, t.dtype)
  checkSigned(who, t.dtype)
  checkFlag(who, 'keepdim', keepdim)
  if (dim === undefined && t.shape.includes(0)) {
    // PyTorch's own distinction.
    const Kind = who.startsWith('arg') ? RangeError : RuntimeError
    throw new Kind(`${who}: shape ${shapeText(t.shape)} has no elements; name a dim of at least one position`)
  }
  const isWhole = dim === undefined || t.shape.length === 0
  const source = isWhole ? reshape(t, [-1]) : t
  const d = dim === undefined ? 0 : wrapDim(who, dim, t.shape.length)
  const length = source.shape[d] ?? 1
  if (length === 0) {
    throw new RangeError(
      `${who}: expected dim ${d} to have at least one position, got shape ${shapeText(t.shape)}`,
    )
  }
  const positions: bigint[] = []
  forEachLane(d, [source], ([start = 0], [step = 0]) => {
    positions.push(BigInt(indexOfExtreme(sign, source.storage.elements, start, step, length)))
  })
  const kept = dense(source.shape.with(d, 1), 'int64', BigInt64Array.from(positions))
  const values = gather(source, d, kept)
  const ones = t.shape.map(() => 1)
  const shape = isWhole ? (keepdim ? ones : []) : keepdim ? kept.shape : kept.shape.toSpliced(d, 1)
  return { values: reshape(values, shape), indices: reshape(kept, shape) }
}

/**
 * The `k` largest or smallest elements along `dim`, and their positions, int64. NaN counts as the largest. They are in order if
 * `sorted`.
 * @throws RuntimeError unless `dim` has `k` positions
 */
export function topk(
  t: Strided,
  k: number,
  dim: number,
  largest: boolean,
  sorted: boolean,
): { values: Strided; indices: Strided } {
  checkComputable('topk', t.dtype)
  checkSigned('topk', t.dtype)
  checkInteger('topk', 'k', k)
  checkFlag('topk', 'largest', largest)
  checkFlag('topk', 'sorted', sorted)
  const d = wrapDim('topk', dim, t.shape.length)
  const length = t.shape[d] ?? 1
  if (t.dtype === 'bool') {
    throw new RuntimeError("topk: bools have no order; convert first, with .to('uint8')")
  }
  if (k < 0 || k > length) {
    throw new RuntimeError(`topk: expected k from 0 to ${length}, the size of dim ${d}, got ${k}`)
  }
  if (t.shape.length === 0) return extreme('topk', 1, t, 0, false)
  const lanes = transpose(t, d, -1)
  const elements = elementsOf(lanes)
  const places: bigint[] = []
  for (let start = 0; start < elements.length && k > 0; start += length) {
    const keys = elements.subarray(start, start + length)
    const found = firstPositions(length, k, largest ? largestFirst(keys) : smallestFirst(keys), sorted)
    for (const position of found) places.push(BigInt(position))
  }
  const shape = lanes.shape.with(-1, k)
  const indices = contiguous(transpose(dense(shape, 'int64', BigInt64Array.from(places)), d, -1))
  return { values: gather(t, d, indices), indices }
}

/** The running sum along `dim`: of floats in double precision, rounded at every step; of integers and bools in int64. */
export function cumsum(t: Strided, dim: number): Strided {
  checkComputable('cumsum', t.dtype)
  const d = wrapDim('cumsum', dim, t.shape.length)
  const source = isFloatingPoint(t.dtype) ? t : cast(t, 'int64')
  const result = copyOf(source)
  if (t.shape.length === 0) return result
  const length = t.shape[d] ?? 0
  const out = result.storage.elements
  forEachLane(d, [result], ([start = 0], [step = 0]) => {
    if (holdsBigints(out)) {
      for (let at = start, k = 1, total = out[start] ?? 0n; k < length; k++) {
        at += step
        total += out[at] ?? 0n
        out[at] = total
      }
    } else {
      for (let at = start, k = 1, total = out[start] ?? 0; k < length; k++) {
        at += step
        total += out[at] ?? 0
        out[at] = total
      }
    }
  })
  return result
}

/** The running sum from the last position on, which is what the gradient of {@link cumsum} is. */
export function cumsumFromEnd(t: Strided, dim: number): Strided {
  if (t.shape.length === 0) return copyOf(t)
  return flip(cumsum(flip(t, [dim]), dim), [dim])
}

/** `exp(x) / sum(exp(x))` along `dim`, of floats. */
export function softmax(t: Strided, dim: number): Strided {
  return softmaxOnEngine('softmax', t, dim, false)
}

/** `x - log(sum(exp(x)))` along `dim`, of floats. */
export function logSoftmax(t: Strided, dim: number): Strided {
  return softmaxOnEngine('logSoftmax', t, dim, true)
}

function softmaxOnEngine(who: string, t: Strided, dim: number, log: boolean): Strided {
  checkComputable(who, t.dtype)
  if (!isFloatingPoint(t.dtype)) {
    throw new RuntimeError(`${who}: expected floats, got ${t.dtype}; convert first, with .to('float32')`)
  }
  const d = wrapDim(who, dim, t.shape.length)
  if (t.shape.length === 0) return reshape(softmaxOnEngine(who, reshape(t, [1]), 0, log), [])
  // The engine's rows are the last dimension.
  const lanes = transpose(t, d, -1)
  const columns = t.shape[d] ?? 1
  const x = floatsOf(lanes)
  const rows = columns === 0 ? 0 : x.length / columns
  const data = currentHostEngine().softmax({ x, rows, columns, log })
  return contiguous(transpose(dense(lanes.shape, t.dtype, data), d, -1))
}

/** Calls `visit` for each lane along `dim` in logical order, with its start in each operand, and the steps along it. */
function forEachLane(
  dim: number,
  operands: readonly Strided[],
  visit: (starts: readonly number[], steps: readonly number[]) => void,
): void {
  const shape = operands[0]?.shape ?? []
  if (shape.includes(0)) return
  const along = operands.map(({ strides }) => strides[dim] ?? 0)
  const starts = operands.map((operand) => select(operand, dim, 0))
  forEachRow(shape.toSpliced(dim, 1), starts, (count, offsets, steps) => {
    for (let k = 0; k < count; k++) {
      const lane = offsets.map((offset, index) => offset + k * (steps[index] ?? 0))
      visit(lane, along)
    }
  })
}

function indexOfExtreme(sign: 1 | -1, data: TypedArray, start: number, step: number, length: number): number {
  let best = data[start] ?? 0
  let at = 0
  for (let k = 0; k < length; k++) {
    const value = data[start + k * step] ?? 0
    if (Number.isNaN(value)) return k
    if (sign > 0 ? value > best : value < best) {
      best = value
      at = k
    }
  }
  return at
}
