// Other ways to walk the same memory. Nothing here reads or copies an element.

import { checkInteger } from '../checks.ts'
import { RuntimeError } from '../errors.ts'
import { wrapDim, wrapIndex } from './dims.ts'
import { contiguousStrides, numelOf, type Strided, shapeText, Walk } from './strided.ts'

/** `t` at one position of `dim`, which disappears. */
export function select(t: Strided, dim: number, index: number): Strided {
  if (t.shape.length === 0) {
    throw new RangeError('select: a tensor of no dimensions has no positions; use item()')
  }
  const d = wrapDim('select', dim, t.shape.length)
  const at = wrapIndex('select', index, t.shape[d] ?? 0)
  return viewOf(t, without(t.shape, d), without(t.strides, d), t.offset + at * (t.strides[d] ?? 0))
}

/**
 * Positions `start`, `start + step`, ... below `end`. Both are clamped to the dimension, and negative ones count from its end. The
 * defaults, also for null, are those of the whole dimension.
 */
export function slice(
  t: Strided,
  dim: number,
  start?: number | null,
  end?: number | null,
  step?: number | null,
): Strided {
  if (t.shape.length === 0) {
    throw new RangeError('slice: a tensor of no dimensions has no positions; use item()')
  }
  const d = wrapDim('slice', dim, t.shape.length)
  const size = t.shape[d] ?? 0
  const stride = t.strides[d] ?? 0
  const every = step ?? 1
  checkInteger('slice', 'step', every)
  if (every < 1) throw new RangeError(`slice: expected a step of 1 or more, got ${every}`)
  const clamp = (what: string, position: number): number => {
    if (position !== Infinity && position !== -Infinity) checkInteger('slice', what, position)
    return Math.min(Math.max(position < 0 ? position + size : position, 0), size)
  }
  const first = clamp('start', start ?? 0)
  const length = Math.max(Math.ceil((clamp('end', end ?? Infinity) - first) / every), 0)
  return viewOf(t, t.shape.with(d, length), t.strides.with(d, stride * every), t.offset + first * stride)
}

/** `length` positions of `dim` from `start` on. Unlike {@link slice}, it refuses positions outside. */
export function narrow(t: Strided, dim: number, start: number, length: number): Strided {
  if (t.shape.length === 0) throw new RuntimeError('narrow: a tensor of no dimensions cannot be narrowed')
  const d = wrapDim('narrow', dim, t.shape.length)
  const size = t.shape[d] ?? 0
  checkInteger('narrow', 'length', length)
  if (length < 0) throw new RuntimeError(`narrow: expected a length of 0 or more, got ${length}`)
  const first = start === size ? size : wrapIndex('narrow', start, size)
  if (first + length > size) {
    throw new RuntimeError(`narrow: start ${first} and length ${length} exceed the dimension's size ${size}`)
  }
  return slice(t, d, first, first + length)
}

/** Two dimensions swapped. */
export function transpose(t: Strided, a: number, b: number): Strided {
  const ndim = t.shape.length
  const [from, to] = [wrapDim('transpose', a, ndim), wrapDim('transpose', b, ndim)]
  const order = t.shape.map((_, dim) => (dim === from ? to : dim === to ? from : dim))
  return reorder(t, order)
}

/** Dimension `k` of the result is dimension `dims[k]` of `t`. */
export function permute(t: Strided, dims: readonly number[]): Strided {
  const ndim = t.shape.length
  if (dims.length !== ndim) {
    throw new RuntimeError(`permute: expected ${ndim} dims, got ${dims.length}: [${dims.join(', ')}]`)
  }
  const order = dims.map((dim) => wrapDim('permute', dim, ndim))
  if (new Set(order).size !== ndim) {
    throw new RuntimeError(`permute: expected every dim once, got [${dims.join(', ')}]`)
  }
  return reorder(t, order)
}

/** Without the dimensions of size 1, or without `dim` if its size is 1. */
export function squeeze(t: Strided, dim?: number): Strided {
  const only = dim === undefined ? null : wrapDim('squeeze', dim, t.shape.length)
  const kept = t.shape.map((size, d) => size !== 1 || (only !== null && d !== only))
  return viewOf(
    t,
    t.shape.filter((_, d) => kept[d]),
    t.strides.filter((_, d) => kept[d]),
  )
}

/** With a dimension of size 1 before `dim`. */
export function unsqueeze(t: Strided, dim: number): Strided {
  const d = wrapDim('unsqueeze', dim, t.shape.length + 1)
  const stride = (t.shape[d] ?? 1) * (t.strides[d] ?? 1)
  return viewOf(t, t.shape.toSpliced(d, 0, 1), t.strides.toSpliced(d, 0, stride))
}

/**
 * Stretches dimensions of size 1, and adds new ones in front, without copying: their stride is 0. -1 keeps a size.
 * @throws RuntimeError if a size that was not 1 changes
 */
export function expand(t: Strided, shape: readonly number[], who: string = 'expand'): Strided {
  const lead = shape.length - t.shape.length
  const refused = (): RuntimeError =>
    new RuntimeError(`${who}: cannot expand shape ${shapeText(t.shape)} to ${shapeText(shape)}`)
  if (lead < 0) throw refused()
  const strides = new Array<number>(shape.length).fill(0)
  const sizes = shape.map((size, dim) => {
    const own = t.shape[dim - lead]
    if (size === -1 && own !== undefined) size = own
    if (size < 0 || !Number.isInteger(size)) throw refused()
    if (own === size) strides[dim] = t.strides[dim - lead] ?? 0
    else if (own !== undefined && own !== 1) throw refused()
    return size
  })
  return viewOf(t, sizes, strides)
}

/**
 * The same elements in the same order in another shape. One size may be -1, and is worked out. Null if the strides do not allow it
 * without a copy.
 * @throws RuntimeError if the number of elements differs
 */
export function tryView(t: Strided, shape: readonly number[], who: string): Strided | null {
  const sizes = inferShape(t, shape, who)
  const strides = viewStrides(t, sizes)
  return strides === null ? null : viewOf(t, sizes, strides)
}

/** The shape that makes dimensions `start` to `end` of `t` one. */
export function flattenedShape(t: Strided, start: number, end: number): number[] {
  const first = wrapDim('flatten', start, t.shape.length)
  const last = wrapDim('flatten', end, t.shape.length)
  if (first > last) {
    throw new RuntimeError(`flatten: expected start dim not after end dim, got ${start} and ${end}`)
  }
  return t.shape.toSpliced(first, last - first + 1, numelOf(t.shape.slice(first, last + 1)))
}

/**
 * Any walk over `t`'s memory.
 * @throws RuntimeError if it leaves the memory
 */
export function asStrided(
  t: Strided,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  who: string = 'asStrided',
): Strided {
  if (shape.length !== strides.length) {
    throw new RuntimeError(
      `${who}: expected as many strides as sizes, got ${shapeText(shape)} and ${shapeText(strides)}`,
    )
  }
  if ([...shape, ...strides, offset].some((value) => !Number.isInteger(value) || value < 0)) {
    throw new RuntimeError(
      `${who}: expected whole sizes, strides and offset of 0 or more, got ${shapeText(shape)}, ${shapeText(strides)}, ${offset}`,
    )
  }
  const last = shape.reduce((sum, size, dim) => sum + (size - 1) * (strides[dim] ?? 0), offset)
  const { length } = t.storage.elements
  if (!shape.includes(0) && last >= length) {
    throw new RuntimeError(
      `${who}: shape ${shapeText(shape)} with strides ${shapeText(strides)} and offset ${offset} ` +
        `needs ${last + 1} elements, the storage has ${length}`,
    )
  }
  return viewOf(t, [...shape], [...strides], offset)
}

function viewOf(
  { storage, dtype, offset: own }: Strided,
  shape: readonly number[],
  strides: readonly number[],
  offset: number = own,
): Strided {
  return new Walk(storage, shape, strides, offset, dtype)
}

function reorder(t: Strided, order: readonly number[]): Strided {
  return viewOf(
    t,
    order.map((dim) => t.shape[dim] ?? 0),
    order.map((dim) => t.strides[dim] ?? 0),
  )
}

function without(list: readonly number[], dim: number): number[] {
  const rest = new Array<number>(list.length - 1)
  for (let k = 0, at = 0; k < list.length; k++) if (k !== dim) rest[at++] = list[k] ?? 0
  return rest
}

/**
 * `shape` with its -1 worked out.
 * @throws RuntimeError if it does not fit the elements of `t`
 */
export function inferShape(t: Strided, shape: readonly number[], who: string): number[] {
  const numel = numelOf(t.shape)
  const open = shape.indexOf(-1)
  let known = 1
  let isValid = true
  for (let dim = 0; dim < shape.length; dim++) {
    if (dim === open) continue
    const size = shape[dim] ?? 0
    known *= size
    if (size < 0) isValid = false
  }
  const fits = open < 0 ? known === numel : known > 0 && numel % known === 0
  if (!isValid || !fits) {
    throw new RuntimeError(
      `${who}: shape ${shapeText(shape)} does not fit ${numel} elements of shape ${shapeText(t.shape)}`,
    )
  }
  return open < 0 ? [...shape] : shape.with(open, numel / known)
}

/** The strides with which `shape` walks the elements of `t` in order; null if there are none. */
function viewStrides(t: Strided, shape: readonly number[]): number[] | null {
  if (t.shape.includes(0)) return contiguousStrides(shape)
  const strides = new Array<number>(shape.length)
  // From the last dimension on, dimensions of t that are contiguous with each other form blocks. Dimensions of the new shape must
  // fill each block exactly.
  let target = shape.length - 1
  let blockStride = t.strides.at(-1) ?? 1
  let blockSize = 1
  for (let dim = t.shape.length - 1; dim >= 0; dim--) {
    blockSize *= t.shape[dim] ?? 1
    const outer = dim - 1
    const continues = outer >= 0 && (t.shape[outer] === 1 || t.strides[outer] === blockSize * blockStride)
    if (continues) continue
    let filled = 1
    while (target >= 0 && (filled < blockSize || shape[target] === 1)) {
      strides[target] = filled * blockStride
      filled *= shape[target] ?? 1
      target--
    }
    if (filled !== blockSize) return null
    blockStride = t.strides[outer] ?? 1
    blockSize = 1
  }
  for (; target >= 0; target--) strides[target] = 1
  return strides
}
