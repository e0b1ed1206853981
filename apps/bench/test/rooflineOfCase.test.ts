import { describe, expect, it } from 'vitest'
import { layers } from '../src/cases/recurrentCases.ts'
import { multiplyAdds, products } from '../src/cases/workload.ts'
import { makeDelivery } from '../src/roofline/cacheDelivery.ts'
import { leastMs, workingSet } from '../src/roofline/rooflineOfCase.ts'

describe('products', () => {
  it('are those of inputs, hidden states and projections, of every layer and direction', () => {
    const benchCase = layers('x', 'LSTM', 3, 2, 5, 7, 2, {
      bidirectional: true,
      projSize: 4,
      lengths: [3, 1],
    })
    const states = { of: 'states', rows: [2, 1, 1] }
    const direction = (inputs: number): unknown[] => [
      { of: 'inputs', rows: [4], weights: 4 * 7 * inputs },
      { ...states, weights: 4 * 7 * 4 },
      { ...states, weights: 4 * 7 },
    ]
    expect(products(benchCase)).toEqual([5, 5, 8, 8].flatMap(direction))
    expect(multiplyAdds(benchCase)).toBe(4 * (2 * 28 * 5 + 2 * 28 * 8 + 4 * (28 * 4 + 28)))
  })
})

describe('workingSet', () => {
  it('is a direction’s weights of hidden states over a sequence, and all weights in single steps', () => {
    expect(workingSet(layers('x', 'GRU', 9, 1, 5, 7, 2, { bidirectional: true }))).toBe(4 * 21 * 7)
    expect(workingSet(layers('x', 'GRU', 1, 1, 5, 7, 2))).toBe(4 * 21 * (5 + 7 + 7 + 7))
  })
})

describe('leastMs', () => {
  const speeds = { msPerMultiplyAdd: 1, msPerByte: 10 }

  it('counts multiply-adds where there are many rows', () => {
    const benchCase = layers('x', 'RNN_TANH', 2, 50, 3, 4, 1)
    expect(leastMs(benchCase, speeds)).toBe(multiplyAdds(benchCase))
  })

  it('counts what must be delivered where there are few', () => {
    const once = 4 * 10 * 4
    expect(leastMs(layers('x', 'RNN_TANH', 100, 1, 3, 4, 1), speeds)).toBe(100 * 3 * 4 + 100 * 4 * once)
  })
})

it.each([1, 1000, 3_000_000])('makeDelivery reads areas of %d bytes', async (bytes) => {
  const delivery = makeDelivery(bytes)
  expect(delivery.bytes).toBeGreaterThanOrEqual(1 << 24)
  const calls = await delivery.time(1)
  expect(calls.length).toBeGreaterThan(0)
  for (const ms of calls) {
    expect(ms).toBeGreaterThan(0)
    // Caches deliver gigabytes a second, not petabytes: the loop is there.
    expect(delivery.bytes / ms).toBeLessThan(1e10)
  }
})
