import { pathThrough } from '../curve.ts'
import type { Stroke } from '../stroke.ts'

/** A drawing as a picture. A ring marks where it begins. What it is stands around it. */
export function Line({ stroke }: { readonly stroke: Stroke }) {
  const points = Array.from({ length: stroke.length / 2 }, (_, i) => placeOf(stroke, i))
  const [x, y] = placeOf(stroke, 0)
  return (
    <svg class="learn-line" viewBox="0 0 100 100" aria-hidden="true">
      <path d={pathThrough(points)} />
      <circle cx={x} cy={y} r={3} />
    </svg>
  )
}

function placeOf(stroke: Stroke, point: number): readonly [number, number] {
  return [100 * (stroke[2 * point] ?? 0), 100 * (stroke[2 * point + 1] ?? 0)]
}
