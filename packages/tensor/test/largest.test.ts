import { describe, expect, it } from 'vitest'
import { Generator, randperm } from '../src/index.ts'
import { largestPositions } from '../src/strided/largest.ts'

/** Keys for which the median of three splits off only two elements at a time, so that the depth limit is reached. */
function unevenKeys(length: number): Float64Array {
  const half = length / 2
  return Float64Array.from({ length }, (_, i) =>
    i < half ? -(i % 2 === 0 ? i + 1 : half + i + (half % 2)) : -2 * (i - half + 1),
  )
}

describe('the positions of the largest', () => {
  const shapes = [
    [1, 1],
    [2, 1],
    [3, 3],
    [4, 2],
    [16, 16],
    [17, 16],
    [40, 5],
    [640, 10],
    [640, 11],
    [5000, 78],
    [5000, 5000],
  ] as const

  it.each(shapes)('of %i keys, the first %i in order', (length, count) => {
    const keys = Float64Array.from(
      randperm(length, { generator: new Generator().manualSeed(length) }).data,
      Number,
    )
    const want = Array.from(keys.keys()).sort((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0))
    expect(Array.from(largestPositions(keys, count))).toEqual(want.slice(0, count))
  })

  it.each([
    ['equal', new Float32Array(3000)],
    ['rising', Float32Array.from({ length: 3000 }, (_, i) => i)],
    ['falling', Float32Array.from({ length: 3000 }, (_, i) => -i)],
    ['uneven', unevenKeys(3000)],
  ])('of %s keys is every position once, in order', (_, keys) => {
    for (const count of [10, 47, 1500, 3000]) {
      const found = Array.from(largestPositions(keys, count))
      const values = found.map((position) => keys[position] ?? 0)
      expect(new Set(found).size).toBe(count)
      expect(values).toEqual(
        Array.from(keys)
          .sort((a, b) => b - a)
          .slice(0, count),
      )
    }
  })
})
