import { holdsBigints, isFloatingPoint, isHalf } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { forEachRow } from '../strided/loop.ts'
import type { Strided } from '../strided/strided.ts'
import { permute } from '../strided/views.ts'

/** Replaces every element by a draw, in the order of memory, as PyTorch does. */
export function fill(t: Strided, draw: () => number): void {
  const { elements: data } = t.storage
  const ordered = inMemoryOrder(t, t)
  forEachRow(ordered.shape, [ordered], (length, [start = 0], [step = 0]) => {
    if (holdsBigints(data)) {
      for (let k = 0; k < length; k++) data[start + k * step] = BigInt(draw())
    } else {
      for (let k = 0; k < length; k++) data[start + k * step] = draw()
    }
  })
  t.storage.version++
}

/** `other`, which has the shape of `t`, with its dimensions in the order of those of `t` in memory. */
export function inMemoryOrder(t: Strided, other: Strided): Strided {
  const outermostFirst = t.shape
    .map((_, dim) => dim)
    .sort((a, b) => (t.strides[b] ?? 0) - (t.strides[a] ?? 0))
  return permute(other, outermostFirst)
}

/** @throws RuntimeError unless `t` is float32 or float64 */
export function checkRandomFloats(who: string, t: Strided): void {
  if (isFloatingPoint(t.dtype) && !isHalf(t.dtype)) return
  throw new RuntimeError(`${who}: expected a tensor of float32 or float64, got ${t.dtype}`)
}
