/** A drawing in one line, `(points, 2)`: x and y of each point, in shares of the field's width, y downwards. */
export type Stroke = readonly number[]

/** How many movements of the pen the model reads. */
export const timesteps = 32
/** A shorter line, in shares of the field's width, is a dot. */
const shortest = 0.15

/**
 * A drawing as the model reads it, `(timesteps, 2)`: the movement `dx, dy` in each of as many equal parts of the line, which would be
 * of length 1 if the part were straight. So neither size nor speed of the drawing matters. Null for a dot.
 */
export function movementsOf(stroke: Stroke): Float32Array<ArrayBuffer> | null {
  const length = lengthOf(stroke)
  if (length < shortest) return null
  const part = length / timesteps
  const points = evenly(stroke, timesteps)
  return Float32Array.from({ length: 2 * timesteps }, (_, i) => (at(points, i + 2) - at(points, i)) / part)
}

/** Points of the same line at equal distances on it, `(parts + 1, 2)`. */
export function evenly(stroke: Stroke, parts: number): Stroke {
  const part = lengthOf(stroke) / parts
  const points = [at(stroke, 0), at(stroke, 1)]
  let walked = 0
  for (let i = 2; i < stroke.length; i += 2) {
    const [x, y] = [at(stroke, i - 2), at(stroke, i - 1)]
    const [dx, dy] = [at(stroke, i) - x, at(stroke, i + 1) - y]
    const side = Math.hypot(dx, dy)
    while (points.length < 2 * parts && walked + side >= (points.length / 2) * part) {
      const share = ((points.length / 2) * part - walked) / side
      points.push(x + share * dx, y + share * dy)
    }
    walked += side
  }
  // Rounding must not lose the end.
  points.push(at(stroke, stroke.length - 2), at(stroke, stroke.length - 1))
  return points
}

function lengthOf(stroke: Stroke): number {
  let length = 0
  for (let i = 2; i < stroke.length; i += 2) {
    length += Math.hypot(at(stroke, i) - at(stroke, i - 2), at(stroke, i + 1) - at(stroke, i - 1))
  }
  return length
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0
}
