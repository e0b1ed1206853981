// Operations that copy elements to other places.

import { checkIntegers } from '../checks.ts'
import { checkSigned } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { contiguous, copyInto, copyOf } from './cast.ts'
import { wrapDims } from './dims.ts'
import { takePositions } from './pick.ts'
import { checkFits, type Scalar, scalarOf } from './promote.ts'
import { contiguousStrides, dense, type Strided, shapeText, Walk } from './strided.ts'
import { slice } from './views.ts'

/** Reversed along each of `dims`. */
export function flip(t: Strided, dims: readonly number[]): Strided {
  checkSigned('flip', t.dtype)
  const flipped = dims.length === 0 ? [] : wrapDims('flip', dims, t.shape.length)
  const turn = (stride: number, dim: number): number => (flipped[dim] ? -stride : stride)
  const last = t.shape.reduce(
    (sum, size, dim) => sum + (flipped[dim] ? (size - 1) * (t.strides[dim] ?? 0) : 0),
    t.offset,
  )
  return copyOf(new Walk(t.storage, t.shape, t.strides.map(turn), last, t.dtype))
}

/** Repeated `counts[dim]` times along each dimension. Further counts in front make new dimensions. */
export function repeat(t: Strided, counts: readonly number[]): Strided {
  const lead = counts.length - t.shape.length
  if (lead < 0) {
    throw new RuntimeError(
      `repeat: expected a count for each of ${t.shape.length} dimensions, got [${counts.join(', ')}]`,
    )
  }
  if (counts.some((count) => count < 0)) {
    throw new RuntimeError(`repeat: expected counts of 0 or more, got [${counts.join(', ')}]`)
  }
  // Each dimension becomes two: the repetitions, with stride 0, and the positions.
  const shape = counts.flatMap((count, dim) => [count, t.shape[dim - lead] ?? 1])
  const strides = counts.flatMap((_, dim) => [0, t.strides[dim - lead] ?? 0])
  const copy = copyOf(new Walk(t.storage, shape, strides, t.offset, t.dtype))
  const sizes = counts.map((count, dim) => count * (t.shape[dim - lead] ?? 1))
  return new Walk(copy.storage, sizes, contiguousStrides(sizes), 0, t.dtype)
}

/** What {@link pad} fills in: a value, the elements mirrored at the edge, or the edge. */
export type PadMode = 'constant' | 'reflect' | 'replicate'

/**
 * Pads the last dimension by `padding[0]` in front and `padding[1]` at the end, the dimension before it by the next two, and so on.
 * Negative ones cut off elements.
 */
export function pad(t: Strided, padding: readonly number[], mode: PadMode, value: Scalar): Strided {
  checkIntegers('pad', 'the padding', padding)
  const { shape, dtype } = t
  const around = shape.map((_, dim): readonly [before: number, behind: number] => {
    const at = 2 * (shape.length - 1 - dim)
    return [padding[at] ?? 0, padding[at + 1] ?? 0]
  })
  if (padding.length % 2 !== 0 || padding.length > 2 * shape.length) {
    throw new RuntimeError(
      `pad: expected two numbers for each of up to ${shape.length} dimensions, got [${padding.join(', ')}]`,
    )
  }
  const sizes = shape.map((size, dim) => sum(around[dim]) + size)
  if (shape.some((size, dim) => size + sum(around[dim]?.map((edge) => Math.min(edge, 0))) < 0)) {
    throw new RuntimeError(
      `pad: padding [${padding.join(', ')}] leaves ${shapeText(sizes)} of shape ${shapeText(shape)}`,
    )
  }
  if (mode === 'constant') {
    checkFits('pad', [value], dtype)
    const result = dense(sizes, dtype)
    if (value !== 0) copyInto(result, scalarOf(value, typeof value === 'bigint' ? 'int64' : 'float64'), 'pad')
    copyInto(inner(result, around, -1), inner(t, around, 1), 'pad')
    return result
  }
  checkEdges(t, padding.length / 2, around, sizes, mode)
  return contiguous(
    around.reduce<Strided>((part, [before, behind], dim) => {
      if (before === 0 && behind === 0) return part
      return takePositions(part, dim, edgePositions(mode, shape[dim] ?? 0, before, behind))
    }, copyOf(t)),
  )
}

function sum(numbers: readonly number[] = []): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** The elements that the padded and the unpadded have in common, in one of them: `side` is -1 for the padded one. */
function inner(t: Strided, around: readonly (readonly [number, number])[], side: 1 | -1): Strided {
  return around.reduce<Strided>((part, [before, behind], dim) => {
    const [start, end] = [Math.max(-before * side, 0), Math.max(-behind * side, 0)]
    return slice(part, dim, start, (part.shape[dim] ?? 0) - end)
  }, t)
}

/** The positions of a dimension of `size` that the padded dimension shows, in order. */
export function edgePositions(mode: PadMode, size: number, before: number, behind: number): Int32Array {
  const last = size - 1
  return Int32Array.from({ length: size + before + behind }, (_, at) => {
    const from = at - before
    if (mode === 'replicate') return Math.min(Math.max(from, 0), last)
    return last - Math.abs(last - Math.abs(from))
  })
}

/** PyTorch pads one to three dimensions by their edges. Before them is one dimension, or two, of which the first may be empty. */
function checkEdges(
  t: Strided,
  count: number,
  around: readonly (readonly [number, number])[],
  sizes: readonly number[],
  mode: PadMode,
): void {
  const { shape, dtype } = t
  checkSigned('pad', dtype)
  if (dtype === 'bool') {
    throw new RuntimeError(`pad: bools cannot be padded by ${mode}; convert first, with .to('int64')`)
  }
  const lead = shape.length - count
  if (count < 1 || count > 3 || lead < 1 || lead > 2) {
    throw new RuntimeError(
      `pad: ${mode} pads the last dimension of 2 or 3, the last two of 3 or 4, the last three of 4 or 5, ` +
        `got ${2 * count} numbers for shape ${shapeText(shape)}`,
    )
  }
  if (shape.slice(lead - 1).includes(0) || sizes.slice(lead).includes(0)) {
    throw new RuntimeError(
      `pad: ${mode} needs elements, got shape ${shapeText(shape)}, padded ${shapeText(sizes)}`,
    )
  }
  if (mode === 'replicate') return
  for (const [dim, edges] of around.entries()) {
    if (dim < lead || Math.max(...edges) < (shape[dim] ?? 0)) continue
    throw new RuntimeError(
      `pad: reflect needs padding smaller than the dimension, got [${edges.join(', ')}] at dim ${dim} of shape ${shapeText(shape)}`,
    )
  }
}
