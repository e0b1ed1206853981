import { checkInteger } from '../checks.ts'
import type { NumberArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { copyOf } from '../strided/cast.ts'
import { unbind } from '../strided/join.ts'
import { largestPositions } from '../strided/largest.ts'
import { dense, numbersOf, type Strided, shapeText } from '../strided/strided.ts'
import { checkRandomFloats } from './fill.ts'
import type { Generator } from './generator.ts'

/**
 * Positions drawn in proportion to weights, which need not sum up to 1.
 * @param weights (C), or (N, C) for N distributions
 * @returns int64 (count), or (N, count)
 * @throws RuntimeError on negative or infinite weights, on none above 0, or too few to draw without replacement
 */
export function drawPositions(
  weights: Strided,
  count: number,
  replacement: boolean,
  generator: Generator,
): Strided {
  checkRandomFloats('multinomial', weights)
  const { shape } = weights
  const categories = shape.at(-1) ?? 0
  if (shape.length !== 1 && shape.length !== 2) {
    throw new RuntimeError(`multinomial: expected weights (C) or (N, C), got shape ${shapeText(shape)}`)
  }
  checkInteger('multinomial', 'the number of draws', count)
  if (count < 1 || (!replacement && count > categories)) {
    const most = replacement ? '' : `, at most ${categories} without replacement`
    throw new RuntimeError(`multinomial: expected 1 draw or more${most}, got ${count}`)
  }
  const rows = shape.length === 1 ? [weights] : unbind(weights, 0)
  const draw = replacement && count > 1 ? drawByCumulation : drawByRace
  const positions = rows.flatMap((row) => {
    const values = numbersOf(copyOf(row))
    checkWeights(values)
    return draw(values, count, generator)
  })
  return dense([...shape.slice(0, -1), count], 'int64', BigInt64Array.from(positions, BigInt))
}

/** With replacement: finds a uniform draw among the running sums of the weights. Overwrites `weights`. */
function drawByCumulation(weights: NumberArray, count: number, generator: Generator): number[] {
  for (let i = 1; i < weights.length; i++) weights[i] = (weights[i] ?? 0) + (weights[i - 1] ?? 0)
  const total = weights.at(-1) ?? 0
  for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) / total
  weights[weights.length - 1] = 1
  return Array.from({ length: count }, () => {
    const point = generator.uniform53()
    let low = 0
    let high = weights.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((weights[middle] ?? 0) < point) low = middle + 1
      else high = middle
    }
    return low
  })
}

/**
 * Without replacement: each position waits for an exponential time at the rate of its weight, and the first ones are taken.
 * Overwrites `weights`.
 */
function drawByRace(weights: NumberArray, count: number, generator: Generator): number[] {
  const wait = weights.slice(0, 1)
  for (let i = 0; i < weights.length; i++) {
    // Rounded to the dtype before and after the division.
    wait[0] = -Math.log1p(-generator.uniform53())
    weights[i] = (weights[i] ?? 0) / (wait[0] ?? 0)
  }
  return Array.from(largestPositions(weights, count))
}

function checkWeights(weights: NumberArray): void {
  if (weights.some((weight) => !(weight >= 0 && weight < Infinity))) {
    throw new RuntimeError('multinomial: expected finite weights of 0 or more')
  }
  if (weights.every((weight) => weight === 0)) {
    throw new RuntimeError('multinomial: expected a weight above 0 in every distribution')
  }
}
