import { RuntimeError } from '../errors.ts'
import { decoder, elementsOf } from './cast.ts'
import type { NestedArray } from './construct.ts'
import { numelOf, type Strided, shapeText } from './strided.ts'
import { select } from './views.ts'

/**
 * The one element of `t`; bools as 0 and 1.
 * @throws RuntimeError if there are more or none, RangeError for an int64 that no number holds exactly
 */
export function item(t: Strided): number {
  if (numelOf(t.shape) !== 1) {
    throw new RuntimeError(
      `item: expected a tensor of one element, got shape ${shapeText(t.shape)}; use toArray()`,
    )
  }
  const value = t.storage.elements[t.offset] ?? 0
  if (typeof value === 'number') return decoder(t.dtype)(value)
  if (!isSafe(value)) {
    throw new RangeError(`item: ${value} does not fit a number; data[0] gives it as a bigint`)
  }
  return Number(value)
}

/** The first element: a number, a boolean for bool, a bigint for an int64 that no number holds exactly. */
export function scalarAt(t: Strided): number | bigint | boolean {
  const value = t.storage.elements[t.offset] ?? 0
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : value
  return t.dtype === 'bool' ? value !== 0 : decoder(t.dtype)(value)
}

/** The elements in nested arrays, as {@link scalarAt} returns them. */
export function toNested(t: Strided): NestedArray {
  if (t.shape.length === 0) return scalarAt(t)
  return Array.from({ length: t.shape[0] ?? 0 }, (_, position) => toNested(select(t, 0, position)))
}

/** The elements in logical order for JSON: text for what its numbers do not hold exactly. */
export function jsonElements(t: Strided): (number | string | boolean)[] {
  const decode = decoder(t.dtype)
  const elements = elementsOf(t)
  return Array.from({ length: elements.length }, (_, index) => {
    const element = elements[index] ?? 0
    if (typeof element === 'bigint') return isSafe(element) ? Number(element) : String(element)
    if (t.dtype === 'bool') return element !== 0
    const value = decode(element)
    if (Object.is(value, -0)) return '-0'
    return Number.isFinite(value) ? value : String(value)
  })
}

function isSafe(value: bigint): boolean {
  return Number.isSafeInteger(Number(value))
}
