import { isFloatingPoint, isHalf } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { forEachRow } from '../strided/loop.ts'
import { numbersOf, type Strided } from '../strided/strided.ts'

/** Replaces every element, in logical order, by what `draw` gives. */
export function fill(t: Strided, draw: () => number): void {
  const data = numbersOf(t)
  forEachRow(t.shape, [t], (length, [start = 0], [step = 0]) => {
    for (let k = 0; k < length; k++) data[start + k * step] = draw()
  })
  t.storage.version++
}

/** @throws RuntimeError unless `t` is float32 or float64 */
export function checkRandomFloats(who: string, t: Strided): void {
  if (isFloatingPoint(t.dtype) && !isHalf(t.dtype)) return
  throw new RuntimeError(`${who}: expected a tensor of float32 or float64, got ${t.dtype}`)
}
