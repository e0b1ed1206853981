import {
  BatchSampler,
  LengthBatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from '@unroll/data'
import { Generator, randint } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'

const seeded = (seed: number): Generator => new Generator().manualSeed(seed)

describe('samplers', () => {
  it('give as many indices as their length says, anew each time', () => {
    const samplers = [
      new SequentialSampler([1, 2, 3]),
      new RandomSampler([1, 2, 3], { numSamples: 7 }),
      new RandomSampler([1, 2, 3], { numSamples: 40, replacement: true }),
      new WeightedRandomSampler([1, 2], 9),
      new SubsetRandomSampler([5, 6]),
      new BatchSampler([1, 2, 3, 4, 5], 2),
      new BatchSampler([1, 2, 3, 4, 5], 2, { dropLast: true }),
      new LengthBatchSampler([1, 2, 3], 2),
      new LengthBatchSampler([1, 2, 3], 2, { dropLast: true }),
    ]
    for (const sampler of samplers) {
      expect([...sampler]).toHaveLength(sampler.length)
      expect([...sampler]).toHaveLength(sampler.length)
    }
  })

  it('draw heavy items more often, and items of weight 0 never', () => {
    const counts = [0, 0, 0]
    for (const i of new WeightedRandomSampler([1, 0, 3], 4000, { generator: seeded(0) }))
      counts[i] = (counts[i] ?? 0) + 1
    expect(counts[1]).toBe(0)
    expect((counts[2] ?? 0) / (counts[0] ?? 1)).toBeCloseTo(3, 0)
  })
})

describe('LengthBatchSampler', () => {
  const lengths = Array.from(randint(1, 50, [1000], { generator: seeded(3) }).data, Number)
  const lengthOf = (i: number): number => lengths[i] ?? Number.NaN

  /** Timesteps, padding included. */
  const padded = (batches: Iterable<readonly number[]>): number =>
    [...batches].reduce((sum, batch) => sum + batch.length * Math.max(...batch.map(lengthOf)), 0)

  it('gives every index once', () => {
    const all = [...new LengthBatchSampler(lengths, 32)].flat()
    expect(all.sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i))
  })

  it('pads less than 5 %, where batches at random pad more than a half', () => {
    const total = lengths.reduce((sum, length) => sum + length, 0)
    const atRandom = new BatchSampler(new RandomSampler(lengths, { generator: seeded(1) }), 32)
    expect(padded(new LengthBatchSampler(lengths, 32, { generator: seeded(1) })) / total).toBeLessThan(1.05)
    expect(padded(atRandom) / total).toBeGreaterThan(1.5)
  })

  it('has the longest item of a batch first, and batches in random order', () => {
    const batches = [...new LengthBatchSampler(lengths, 10)]
    for (const batch of batches) {
      const sorted = batch.map(lengthOf)
      expect(sorted).toEqual(sorted.toSorted((a, b) => b - a))
    }
    const firsts = batches.map(([first = 0]) => lengthOf(first))
    expect(firsts).not.toEqual(firsts.toSorted((a, b) => b - a))
  })

  it('makes other batches each epoch, and the same ones from the same seed', () => {
    const sampler = (): LengthBatchSampler =>
      new LengthBatchSampler(lengths, 10, { batchesPerBucket: 5, generator: seeded(2) })
    const [first, again] = [sampler(), sampler()]
    const epochs = [[...first], [...first]]
    expect(epochs[0]).not.toEqual(epochs[1])
    expect([[...again], [...again]]).toEqual(epochs)
  })

  it('leaves out the one batch that is not whole, if told so', () => {
    const batches = [...new LengthBatchSampler(lengths, 64, { batchesPerBucket: 3, dropLast: true })]
    expect(batches.map(({ length }) => length)).toEqual(Array.from({ length: 15 }, () => 64))
  })
})

describe('wrong samplers are refused', () => {
  const calls: readonly [call: string, act: () => unknown, kind: new () => Error, message: string][] = [
    [
      'no length',
      () => new SequentialSampler(3 as never),
      TypeError,
      'another object with a length, got number 3',
    ],
    [
      'nothing to draw',
      () => new RandomSampler([]),
      RangeError,
      'the length of the dataset to be at least 1, got 0',
    ],
    [
      'no samples',
      () => new RandomSampler([1], { numSamples: 0 }),
      RangeError,
      'numSamples to be at least 1, got 0',
    ],
    [
      'half a sample',
      () => new RandomSampler([1], { numSamples: 0.5 }),
      TypeError,
      'numSamples to be a whole number',
    ],
    ['a flag', () => new RandomSampler([1], true as never), TypeError, 'write { replacement: true }'],
    [
      'maybe',
      () => new RandomSampler([1], { replacement: 1 } as never),
      TypeError,
      'replacement to be true or false',
    ],
    [
      'negative weights',
      () => new WeightedRandomSampler([1, -2], 3),
      RangeError,
      'weights to be finite and 0 or more, got -2 at 1',
    ],
    ['no weight', () => new WeightedRandomSampler([0, 0], 3), RangeError, 'expected a weight above 0'],
    ['infinite weights', () => new WeightedRandomSampler([Infinity], 3), RangeError, 'got Infinity at 0'],
    [
      'too many',
      () => new WeightedRandomSampler([1, 2], 3, { replacement: false }),
      RangeError,
      'numSamples of at most 2, the number of weights, got 3; or pass { replacement: true }',
    ],
    ['no indices', () => new SubsetRandomSampler(3 as never), TypeError, 'array of numbers, got number 3'],
    [
      'no size',
      () => new BatchSampler([1], 0),
      RangeError,
      'BatchSampler: expected batchSize to be at least 1, got 0',
    ],
    ['no sampler', () => new BatchSampler(3 as never, 1), TypeError, 'sampler to be iterable, got number 3'],
    [
      'a flag for options',
      () => new BatchSampler([1], 1, true as never),
      TypeError,
      'write { dropLast: true }',
    ],
    [
      'negative lengths',
      () => new LengthBatchSampler([1, -1], 2),
      RangeError,
      'lengths to be 0 or more, got -1 at 1',
    ],
    [
      'no bucket',
      () => new LengthBatchSampler([1], 2, { batchesPerBucket: 0 }),
      RangeError,
      'batchesPerBucket to be at least 1',
    ],
    [
      'unknown length',
      () => new BatchSampler(new Set([1]), 1).length,
      TypeError,
      'the sampler has no length',
    ],
  ]

  it.each(calls)('%s', (_, act, kind, message) => {
    expect(act).toThrow(kind)
    expect(act).toThrow(message)
  })
})
