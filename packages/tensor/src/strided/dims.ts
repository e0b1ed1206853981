import { checkInteger, checkIntegers } from '../checks.ts'
import { RuntimeError } from '../errors.ts'
import { shapeText } from './strided.ts'

/**
 * A dimension counted from the front; negative ones count from the end.
 * @throws RangeError unless `-ndim <= dim < ndim`; a scalar takes 0 and -1, as in PyTorch
 */
export function wrapDim(who: string, dim: number, ndim: number): number {
  const count = Math.max(ndim, 1)
  checkInteger(who, 'dim', dim)
  if (dim < -count || dim >= count) {
    throw new RangeError(`${who}: expected dim from ${-count} to ${count - 1}, got ${dim}`)
  }
  return dim < 0 ? dim + count : dim
}

/**
 * The dimensions a reduction runs over, as flags: all of them if `dims` is undefined or empty.
 * @throws RangeError if out of range, RuntimeError if one is named twice
 */
export function wrapDims(who: string, dims: number | readonly number[] | undefined, ndim: number): boolean[] {
  const list = typeof dims === 'number' ? [dims] : (dims ?? [])
  checkIntegers(who, 'dims', list)
  const flags = new Array<boolean>(ndim).fill(list.length === 0)
  const seen = new Set<number>()
  for (const dim of list) {
    const at = wrapDim(who, dim, ndim)
    if (seen.has(at)) throw new RuntimeError(`${who}: dim ${at} appears twice in [${list.join(', ')}]`)
    seen.add(at)
    if (at < ndim) flags[at] = true
  }
  return flags
}

/**
 * A position counted from the front; negative ones count from the end.
 * @throws RangeError unless `-size <= index < size`
 */
export function wrapIndex(who: string, index: number, size: number): number {
  checkInteger(who, 'the index', index)
  if (index < -size || index >= size) {
    throw new RangeError(`${who}: index ${index} is out of bounds for a dimension of size ${size}`)
  }
  return index < 0 ? index + size : index
}

/** @throws TypeError unless `shape` is an array of integers, RuntimeError if one is negative */
export function checkShape(who: string, shape: unknown): asserts shape is readonly number[] {
  checkIntegers(who, 'the shape', shape)
  if (shape.some((size) => size < 0)) {
    throw new RuntimeError(`${who}: expected sizes of 0 or more, got ${shapeText(shape)}`)
  }
}

/**
 * The shape operands broadcast to: aligned at the last dimension, sizes of 1 stretch.
 * @throws RuntimeError if two sizes differ and neither is 1
 */
export function broadcastShapes(who: string, shapes: readonly (readonly number[])[]): number[] {
  const ndim = Math.max(0, ...shapes.map((shape) => shape.length))
  const result = new Array<number>(ndim).fill(1)
  for (const shape of shapes) {
    const lead = ndim - shape.length
    for (const [dim, size] of shape.entries()) {
      const other = result[lead + dim] ?? 1
      if (size === other || size === 1) continue
      if (other !== 1) {
        throw new RuntimeError(
          `${who}: expected shapes that broadcast, got ${shapes.map(shapeText).join(' and ')}: ` +
            `sizes ${other} and ${size} meet at dimension ${lead + dim}`,
        )
      }
      result[lead + dim] = size
    }
  }
  return result
}
