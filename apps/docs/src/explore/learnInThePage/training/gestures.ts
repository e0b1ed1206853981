import { type Generator, rand, randn } from '@unroll/tensor'
import type { GestureName } from '../gestureNames.ts'
import { evenly, type Stroke } from '../stroke.ts'

/** A gesture as somebody might draw it, in the middle of the field. */
export function drawn(name: GestureName, generator: Generator): Stroke {
  return varied(shapes[name](dice(generator)), generator)
}

/**
 * The same drawing as by another hand: turned, stretched, with rounder corners and a trembling line, in the middle of the field.
 */
export function varied(stroke: Stroke, generator: Generator): Stroke {
  const [turn = 0, wide = 0, slant = 0, ...waves] = Array.from(randn([11], { generator }).data, Number)
  const angle = 0.17 * turn
  const [cos, sin, stretch] = [Math.cos(angle), Math.sin(angle), Math.exp(0.18 * wide)]
  const line = rounded(evenly(stroke), Math.floor(3 * dice(generator)()))
  const trembling = line.map(
    (value, i) => value + tremble(waves, Math.floor(i / 2) / (line.length / 2), i % 2),
  )
  const turned: number[] = []
  for (let i = 0; i < trembling.length; i += 2) {
    const [x, y] = [(trembling[i] ?? 0) * stretch, trembling[i + 1] ?? 0]
    const slanted = x + 0.15 * slant * y
    turned.push(cos * slanted - sin * y, sin * slanted + cos * y)
  }
  return fitted(turned)
}

/** Draws a number from 0 to 1. */
type Dice = () => number

function dice(generator: Generator): Dice {
  return () => rand([1], { generator }).item()
}

const shapes: Readonly<Record<GestureName, (next: Dice) => Stroke>> = {
  circle: (next) => turning(next() < 0.5 ? 1 : -1, next(), 0.85 + 0.3 * next(), () => 1),
  triangle(next) {
    const [first, way] = [Math.floor(3 * next()), next() < 0.5 ? 1 : 2]
    const corner = (i: number): readonly number[] => {
      const angle = 2 * Math.PI * (((first + way * i) % 3) / 3 - 0.25)
      return [Math.cos(angle), Math.sin(angle)]
    }
    return [0, 1, 2, 3].flatMap(corner)
  },
  zigzag(next) {
    const [corners, way] = [4 + Math.floor(3 * next()), next() < 0.5 ? 1 : -1]
    return Array.from({ length: corners }, (_, i) => [
      (2 * i) / (corners - 1),
      (i % 2 === 0 ? way : -way) * 0.35,
    ]).flat()
  },
  caret: (next) => [0, 1, 0.4 + 0.2 * next(), 0, 1, 1],
  check: (next) => [0, 0.55 + 0.15 * next(), 0.25 + 0.15 * next(), 1, 1, 0],
  spiral(next) {
    const inward = next() < 0.5
    return turning(
      next() < 0.5 ? 1 : -1,
      next(),
      2 + next(),
      (share) => 0.15 + 0.85 * (inward ? 1 - share : share),
    )
  },
}

/** A line round the middle, from a place on it, in shares of a turn. */
function turning(way: number, from: number, turns: number, radius: (share: number) => number): Stroke {
  const points = 24 * Math.ceil(turns)
  return Array.from({ length: points + 1 }, (_, i) => {
    const angle = 2 * Math.PI * (from + (way * turns * i) / points)
    return [radius(i / points) * Math.cos(angle), radius(i / points) * Math.sin(angle)]
  }).flat()
}

/** Each point moved to the middle of its neighbours, some times. */
function rounded(stroke: Stroke, times: number): Stroke {
  if (times === 0) return stroke
  const once = stroke.map((value, i) => (2 * value + (stroke[i - 2] ?? value) + (stroke[i + 2] ?? value)) / 4)
  return rounded(once, times - 1)
}

/** How far a hand is off at a share of the line: two slow waves in each direction. */
function tremble(waves: readonly number[], share: number, axis: number): number {
  const wave = (i: number): number => waves[4 * axis + i] ?? 0
  return (
    0.07 * (wave(0) * Math.sin(7 * share + 3 * wave(1)) + 0.6 * wave(2) * Math.sin(17 * share + 3 * wave(3)))
  )
}

/** Moved and scaled, so that it has its place in the field with a margin. */
function fitted(stroke: Stroke): Stroke {
  const spans = [0, 1].map((axis) => {
    const values = stroke.filter((_, i) => i % 2 === axis)
    return [Math.min(...values), Math.max(...values)] as const
  })
  const size = Math.max(...spans.map(([least, most]) => most - least))
  return stroke.map((value, i) => {
    const [least, most] = spans[i % 2] ?? [0, 0]
    return 0.5 + (0.7 * (value - (least + most) / 2)) / size
  })
}
