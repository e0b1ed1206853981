import { describe, expect, it } from 'vitest'
import { geometricMean, median, quantile, quotients } from '../src/measure/statistics.ts'

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([30, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 30])).toBe(3)
  })

  it('refuses an empty list', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})

it('quantile lies between neighbours in proportion', () => {
  expect(quantile([30, 10, 20], 0)).toBe(10)
  expect(quantile([30, 10, 20], 0.25)).toBe(15)
  expect(quantile([30, 10, 20], 1)).toBe(30)
})

it('geometricMean cancels half and double, and is undefined without values', () => {
  expect(geometricMean([0.5, 2])).toBeCloseTo(1)
  expect(geometricMean([])).toBeUndefined()
})

it('quotients are taken element by element', () => {
  expect(quotients([4, 9], [2, 3])).toEqual([2, 3])
})
