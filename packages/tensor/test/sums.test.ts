import { describe, expect, it } from 'vitest'
import { tensor, zeros } from '../src/index.ts'

/** Rows of numbers whose sums doubles hold exactly, as a view that begins in the middle of its memory. */
function rowsOf(rows: number, columns: number) {
  const numbers = Float32Array.from({ length: (rows + 1) * columns }, (_, i) => ((i * 37) % 101) - 50)
  return tensor(numbers)
    .reshape([rows + 1, columns])
    .narrow(0, 1, rows)
}

describe('sums over leading dimensions', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 9, 33])('of %i rows are those of a transposed copy', (rows) => {
    for (const columns of [1, 2, 5]) {
      const x = rowsOf(rows, columns)
      // Along the last dimension each sum is made by itself.
      const want = x.t().contiguous().sum(1).toArray()
      expect(x.sum(0).toArray()).toEqual(want)
      expect(x.reshape([1, rows, columns]).sum([0, 1]).toArray()).toEqual(want)
      expect(x.reshape([rows, 1, columns]).sum([0, 1], true).toArray()).toEqual([[want]])
      expect(x.mul(rows).mean(0).toArray()).toEqual(want)
      expect(x.to('int64').sum(0).toArray()).toEqual(want)
    }
  })

  it('of no rows are zeros, and of no columns are none', () => {
    expect(zeros([0, 3]).sum(0).toArray()).toEqual([0, 0, 0])
    expect(zeros([3, 0]).sum(0).toArray()).toEqual([])
  })

  it('lose nothing where floats of 32 bits would', () => {
    const rows = 100_000
    expect(zeros([rows, 2]).fill_(0.1).sum(0).toArray()).toEqual(
      [0, 0].map(() => Math.fround(rows * Math.fround(0.1))),
    )
  })
})
