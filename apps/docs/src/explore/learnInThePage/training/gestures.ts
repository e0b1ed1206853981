import { type Generator, rand, randn } from '@unroll/tensor'
import type { GestureName } from '../gestureNames.ts'
import { evenly, type Stroke } from '../stroke.ts'

/** Parts of a line: enough for a spiral to be round. */
const parts = 72

/** A gesture as somebody might draw it, in the middle of the field. */
export function drawn(name: GestureName, generator: Generator): Stroke {
  const [a = 0, b = 0, c = 0] = rand([3], { generator }).data
  return varied(shapes[name](Number(a), Number(b), Number(c)), generator)
}

/**
 * The same drawing as by another hand: turned, stretched, with rounder corners and a trembling line, in the middle of the field.
 */
export function varied(stroke: Stroke, generator: Generator): Stroke {
  const [turn = 0, wide = 0, slant = 0, round = 0, ...waves] = Array.from(
    randn([12], { generator }).data,
    Number,
  )
  const angle = 0.17 * turn
  const [cos, sin, stretch] = [Math.cos(angle), Math.sin(angle), Math.exp(0.18 * wide)]
  const line = rounded(evenly(stroke, parts), Math.min(6, Math.floor(4 * Math.abs(round))))
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

/** A shape by three draws from 0 to 1: where it begins, which way it goes, how large its parts are. */
const shapes: Readonly<Record<GestureName, (a: number, b: number, c: number) => Stroke>> = {
  circle: (a, b, c) => turning(signOf(b), a, 0.85 + 0.3 * c, () => 1),
  triangle(a, b) {
    const corner = (i: number): readonly number[] => {
      const angle = 2 * Math.PI * ((Math.floor(3 * a) + signOf(b) * i) / 3 - 0.25)
      return [Math.cos(angle), Math.sin(angle)]
    }
    return [0, 1, 2, 3].flatMap(corner)
  },
  zigzag(a, b) {
    const corners = 4 + Math.floor(3 * a)
    const corner = (_: unknown, i: number): readonly number[] => [
      (2 * i) / (corners - 1),
      (i % 2 === 0 ? 0.35 : -0.35) * signOf(b),
    ]
    return Array.from({ length: corners }, corner).flat()
  },
  caret: (a) => [0, 1, 0.4 + 0.2 * a, 0, 1, 1],
  check: (a, b) => [0, 0.55 + 0.15 * b, 0.25 + 0.15 * a, 1, 1, 0],
  spiral: (a, b, c) =>
    turning(signOf(b), a, 2 + ((2 * c) % 1), (share) => 0.15 + 0.85 * (c < 0.5 ? 1 - share : share)),
}

function signOf(draw: number): 1 | -1 {
  return draw < 0.5 ? 1 : -1
}

/** A line round the middle, from a place on it, in shares of a turn. */
function turning(way: number, from: number, turns: number, radius: (share: number) => number): Stroke {
  const points = 24 * Math.ceil(turns)
  return Array.from({ length: points + 1 }, (_, i) => {
    const angle = 2 * Math.PI * (from + (way * turns * i) / points)
    return [radius(i / points) * Math.cos(angle), radius(i / points) * Math.sin(angle)]
  }).flat()
}

/** Each point moved towards its neighbours, so many times. */
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
