import { checkInteger, checkIntegers } from '../checks.ts'
import { type DType, promoteTypes } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { copyInto } from './cast.ts'
import { wrapDim } from './dims.ts'
import { dense, type Strided, shapeText } from './strided.ts'
import { select, slice } from './views.ts'

/**
 * Joins tensors along `dim`. Their other sizes must be equal; dtypes are promoted. A tensor of shape (0) is left out, as in PyTorch.
 */
export function cat(tensors: readonly Strided[], dim: number): Strided {
  if (tensors.length === 0) throw new RangeError('cat: expected at least one tensor, got none')
  const parts = tensors.filter(({ shape }) => !(shape.length === 1 && shape[0] === 0))
  const first = parts[0] ?? tensors[0]
  if (first === undefined || first.shape.length === 0) {
    throw new RuntimeError('cat: tensors of no dimensions cannot be joined; use stack()')
  }
  const d = wrapDim('cat', dim, first.shape.length)
  for (const { shape } of parts) {
    if (shape.length !== first.shape.length || shape.some((size, k) => k !== d && size !== first.shape[k])) {
      throw new RuntimeError(
        `cat: expected shapes equal but for dim ${d}, got ${shapeText(first.shape)} and ${shapeText(shape)}`,
      )
    }
  }
  const total = parts.reduce((sum, { shape }) => sum + (shape[d] ?? 0), 0)
  const result = dense(first.shape.with(d, total), commonType('cat', tensors))
  let start = 0
  for (const part of parts) {
    const end = start + (part.shape[d] ?? 0)
    copyInto(slice(result, d, start, end), part, 'cat')
    start = end
  }
  return result
}

/** Joins tensors of one shape along a new dimension `dim`. */
export function stack(tensors: readonly Strided[], dim: number): Strided {
  const first = tensors[0]
  if (first === undefined) throw new RuntimeError('stack: expected at least one tensor, got none')
  const d = wrapDim('stack', dim, first.shape.length + 1)
  const result = dense(first.shape.toSpliced(d, 0, tensors.length), commonType('stack', tensors))
  tensors.forEach((part, index) => {
    if (part.shape.length !== first.shape.length || part.shape.some((size, k) => size !== first.shape[k])) {
      throw new RuntimeError(
        `stack: expected tensors of one shape, got ${shapeText(first.shape)} and, at index ${index}, ${shapeText(part.shape)}`,
      )
    }
    copyInto(select(result, d, index), part, 'stack')
  })
  return result
}

/** Parts of `size` positions along `dim`, the last one maybe smaller, or of the given sizes. All are views. */
export function split(t: Strided, size: number | readonly number[], dim: number): Strided[] {
  if (t.shape.length === 0) throw new RuntimeError('split: a tensor of no dimensions cannot be split')
  const d = wrapDim('split', dim, t.shape.length)
  const length = t.shape[d] ?? 0
  if (typeof size !== 'number') checkIntegers('split', 'sizes', size)
  const sizes = typeof size === 'number' ? equalParts(length, size) : size
  if (sizes.some((part) => part < 0) || sizes.reduce((sum, part) => sum + part, 0) !== length) {
    throw new RuntimeError(
      `split: expected sizes that sum up to ${length}, that of dim ${d}, got [${sizes.join(', ')}]`,
    )
  }
  let start = 0
  return sizes.map((part) => {
    start += part
    return slice(t, d, start - part, start)
  })
}

/** At most `chunks` parts of equal size along `dim`, the last one maybe smaller. All are views. */
export function chunk(t: Strided, chunks: number, dim: number): Strided[] {
  if (t.shape.length === 0) throw new RuntimeError('chunk: a tensor of no dimensions cannot be split')
  checkInteger('chunk', 'the number of chunks', chunks)
  if (chunks < 1) throw new RuntimeError(`chunk: expected 1 or more chunks, got ${chunks}`)
  const d = wrapDim('chunk', dim, t.shape.length)
  const length = t.shape[d] ?? 0
  return length === 0
    ? split(t, new Array<number>(chunks).fill(0), d)
    : split(t, Math.ceil(length / chunks), d)
}

/** One view per position of `dim`, which disappears. */
export function unbind(t: Strided, dim: number): Strided[] {
  if (t.shape.length === 0) throw new RangeError('unbind: a tensor of no dimensions has no positions')
  const d = wrapDim('unbind', dim, t.shape.length)
  return Array.from({ length: t.shape[d] ?? 0 }, (_, index) => select(t, d, index))
}

function equalParts(length: number, size: number): number[] {
  checkInteger('split', 'the size', size)
  if (size < 0 || (size === 0 && length > 0)) {
    throw new RuntimeError(`split: expected a size of 1 or more, got ${size}`)
  }
  const count = Math.max(Math.ceil(length / Math.max(size, 1)), 1)
  return Array.from({ length: count }, (_, index) => Math.min(size, length - index * size))
}

function commonType(who: string, tensors: readonly Strided[]): DType {
  return tensors.map(({ dtype }) => dtype).reduce((a, b) => promoteTypes(a, b, who))
}
