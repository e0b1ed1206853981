/** What the worker tells from time to time. */
export interface Point {
  /** Steps of the optimiser that are done. */
  readonly step: number
  /** Mean loss of the steps since the point before. */
  readonly loss: number
  /** Share of the held-out samples that get their class. */
  readonly accuracy: number
  /** Seconds of training that are done. */
  readonly seconds: number
}

/** The points of a run, in order of their steps. */
export type Curve = readonly Point[]

/** More points than a curve this wide can show. */
const mostPoints = 240

/** The curve with one more point. A long one is thinned: each two points become one. */
export function extended(curve: Curve, point: Point): Curve {
  const all = [...curve, point]
  if (all.length <= mostPoints) return all
  return all.flatMap((first, i) => {
    const second = all[i + 1]
    if (i % 2 === 1) return []
    return second ? [{ ...second, loss: (first.loss + second.loss) / 2 }] : [first]
  })
}

/** A line through points `(x, y)` of a picture. */
export function pathThrough(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
}
