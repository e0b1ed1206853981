// Elements picked by index tensors.

import { checkSigned, holdsBigints, isHalf, type TypedArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { cast, contiguous, copyInto, elementsOf, mover, runCopier } from './cast.ts'
import { wrapDim } from './dims.ts'
import { forEachRow } from './loop.ts'
import { dense, isContiguous, numbersOf, numelOf, type Strided, shapeText, Walk } from './strided.ts'
import { select } from './views.ts'

/** The positions `index` (K), int64 or int32, of `dim`, in the order of `index`. */
export function indexSelect(t: Strided, dim: number, index: Strided): Strided {
  checkSigned('indexSelect', t.dtype)
  const d = wrapDim('indexSelect', dim, t.shape.length)
  if (index.shape.length > 1) {
    throw new RangeError(`indexSelect: expected an index of 1 dimension, got shape ${shapeText(index.shape)}`)
  }
  const size = t.shape[d] ?? 1
  const positions = positionsOf('indexSelect', index, size)
  if (t.shape.length === 0) return dense([], t.dtype, elementsOf(t).slice())
  return takePositions(t, d, positions)
}

/**
 * The same for positions of a dimension counted from the front, which must exist. At -1 is `padding`, a scalar, or zeros.
 */
export function takePositions(t: Strided, dim: number, positions: Int32Array): Strided {
  const result = dense(t.shape.with(dim, positions.length), t.dtype)
  if (isContiguous(t)) {
    const block = numelOf(t.shape.slice(dim + 1))
    copyBlocks(result.storage.elements, elementsOf(t), positions, t.shape[dim] ?? 1, block)
  } else {
    positions.forEach((position, k) => {
      if (position >= 0) copyInto(select(result, dim, k), select(t, dim, position), 'indexSelect')
    })
  }
  return result
}

/**
 * Copies `from` (..., size, block) at `positions` of its middle dimension to `out` (..., positions, block). Positions that follow
 * each other are copied at once.
 */
function copyBlocks(
  out: TypedArray,
  from: TypedArray,
  positions: Int32Array,
  size: number,
  block: number,
): void {
  const copy = runCopier(out, from)
  const groups = from.length === 0 ? 0 : from.length / (size * block)
  let to = 0
  for (let group = 0; group < groups; group++) {
    for (let k = 0; k < positions.length; ) {
      const first = positions[k] ?? 0
      let count = 1
      if (first >= 0) {
        while (positions[k + count] === first + count) count++
        copy(to, (group * size + first) * block, count * block)
      }
      k += count
      to += count * block
    }
  }
}

/**
 * Writes the rows of tensors, their positions of dimension 0, into a new one: row `r` of `parts[k]` at `places[k][r]`. All other rows
 * are `padding`, a scalar.
 * @param parts at least one, of equal dtypes and sizes but for dimension 0
 */
export function putRows(
  parts: readonly Strided[],
  places: readonly Int32Array[],
  rows: number,
  padding: Strided | null,
): Strided {
  const { shape, dtype } = parts[0] ?? dense([0], 'float32')
  const result = dense(shape.with(0, rows), dtype)
  const out = result.storage.elements
  if (padding) fill(out, elementsOf(padding)[0] ?? 0)
  const block = numelOf(shape.slice(1))
  for (const [k, part] of parts.entries()) {
    const own = places[k] ?? new Int32Array(0)
    const copy = runCopier(out, elementsOf(part))
    for (let r = 0; r < own.length; ) {
      const first = own[r] ?? 0
      let count = 1
      while (own[r + count] === first + count) count++
      copy(first * block, r * block, count * block)
      r += count
    }
  }
  return result
}

function fill(out: TypedArray, element: number | bigint): void {
  if (holdsBigints(out)) out.fill(BigInt(element))
  // The memory is 0 already, but not -0.
  else if (!Object.is(element, 0)) out.fill(Number(element))
}

/**
 * `out[i][j][k] = t[index[i][j][k]][j][k]` for `dim` 0, and so on. The result has the shape of `index`, an int64 tensor with as many
 * dimensions as `t`, which may be larger than `t` only in `dim`.
 */
export function gather(t: Strided, dim: number, index: Strided): Strided {
  checkSigned('gather', t.dtype)
  const d = wrapDim('gather', dim, t.shape.length)
  const fits = index.shape.every((size, k) => k === d || size <= (t.shape[k] ?? 1))
  if (index.shape.length !== t.shape.length || !fits) {
    throw new RuntimeError(
      `gather: expected an index not larger than ${shapeText(t.shape)} but in dim ${d}, got ${shapeText(index.shape)}`,
    )
  }
  const stride = t.strides[d] ?? 0
  const size = t.shape[d] ?? 1
  const result = dense(index.shape, t.dtype)
  const move = mover(result.storage.elements, t.storage.elements)
  const { elements: data } = integerIndex('gather', index).storage
  // Walks t at position 0 of dim. The index tells how far to go from there.
  const strides = t.strides.map((step, k) => (k === d ? 0 : step))
  const base = new Walk(t.storage, index.shape, strides, t.offset, t.dtype)
  forEachRow(index.shape, [result, base, index], (n, [o = 0, i = 0, j = 0], [so = 0, si = 0, sj = 0]) => {
    for (let k = 0; k < n; k++) {
      const position = checkPosition('gather', Number(data[j + k * sj]), size)
      move(o + k * so, i + k * si + position * stride)
    }
  })
  return result
}

/**
 * The gradient of {@link takePositions}: `out[positions[k]] += t[k]` along `dim`, whose size becomes `size`. What is at -1 is left
 * out. `t` is of floats.
 */
export function addPositions(t: Strided, dim: number, size: number, positions: Int32Array): Strided {
  // Halves do not add up as the numbers they stand for.
  if (isHalf(t.dtype)) return cast(addPositions(cast(t, 'float32'), dim, size, positions), t.dtype)
  const result = dense(t.shape.with(dim, size), t.dtype)
  const [out, from] = [numbersOf(result), numbersOf(contiguous(t))]
  const block = numelOf(t.shape.slice(dim + 1))
  const groups = numelOf(t.shape.slice(0, dim))
  let at = isContiguous(t) ? t.offset : 0
  for (let group = 0; group < groups; group++) {
    for (const position of positions) {
      const to = (group * size + position) * block
      if (position >= 0)
        for (let k = 0; k < block; k++) out[to + k] = (out[to + k] ?? 0) + (from[at + k] ?? 0)
      at += block
    }
  }
  return result
}

/**
 * The gradient of {@link gather}: zeros of `shape`, and `out[index[i][j]][j] += t[i][j]` for `dim` 0, and so on. `t` is of floats,
 * and has the shape of `index`.
 */
export function scatterAdd(t: Strided, shape: readonly number[], dim: number, index: Strided): Strided {
  if (isHalf(t.dtype)) return cast(scatterAdd(cast(t, 'float32'), shape, dim, index), t.dtype)
  const d = wrapDim('gather', dim, shape.length)
  const result = dense(shape, t.dtype)
  const [out, from] = [numbersOf(result), numbersOf(t)]
  const stride = result.strides[d] ?? 0
  const { elements: data } = index.storage
  const strides = result.strides.map((step, k) => (k === d ? 0 : step))
  const base = new Walk(result.storage, index.shape, strides, 0, t.dtype)
  forEachRow(index.shape, [base, t, index], (n, [o = 0, i = 0, j = 0], [so = 0, si = 0, sj = 0]) => {
    for (let k = 0; k < n; k++) {
      const at = o + k * so + Number(data[j + k * sj]) * stride
      out[at] = (out[at] ?? 0) + (from[i + k * si] ?? 0)
    }
  })
  return result
}

/**
 * The positions that an index names in a dimension of `size`.
 * @throws RuntimeError unless it is of int64 or int32, RangeError if one is out of bounds
 */
export function positionsOf(who: string, index: Strided, size: number): Int32Array {
  const elements = elementsOf(integerIndex(who, index))
  const positions = new Int32Array(elements.length)
  for (let k = 0; k < positions.length; k++) positions[k] = checkPosition(who, Number(elements[k]), size)
  return positions
}

function integerIndex(who: string, index: Strided): Strided {
  if (index.dtype === 'int64' || index.dtype === 'int32') return index
  throw new RuntimeError(
    `${who}: expected an index of int64 or int32, got ${index.dtype}; convert it with .to('int64')`,
  )
}

/** Throws unless `0 <= position < size`. As in PyTorch, these two functions do not count from the end. */
function checkPosition(who: string, position: number, size: number): number {
  if (position >= 0 && position < size) return position
  // PyTorch's own distinction.
  const Kind = who === 'gather' ? RuntimeError : RangeError
  throw new Kind(`${who}: index ${position} is out of bounds for a dimension of size ${size}`)
}
