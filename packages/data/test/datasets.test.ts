import { ConcatDataset, DataLoader, type Dataset, randomSplit, Subset, TensorDataset } from '@unroll/data'
import { arange, Generator, ones, type Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'

const letters = ['a', 'b', 'c', 'd']

/** Items that come later, like those of files. */
const remote: Dataset<number> = {
  length: 5,
  get: async (i) => {
    await new Promise((resolve) => setTimeout(resolve, 5 - i))
    return 10 * i
  },
}

describe('datasets', () => {
  it('the rows of tensors, which share their memory', () => {
    const [x, y] = [arange(6).reshape(3, 2), tensor([5, 6, 7])]
    const dataset = new TensorDataset(x, y)
    expect(dataset.length).toBe(3)
    const [row, label] = dataset.get(1)
    expect([row.toArray(), label.item()]).toEqual([[2, 3], 6])
    row.mul_(10)
    expect(x.at(1, 0).item()).toBe(20)
    expect(dataset.get(-1)[1].item()).toBe(7)
  })

  it('a part of another one, and several in a row', () => {
    expect(new Subset(letters, [3, 0, -2]).get(2)).toBe('c')
    const whole = new ConcatDataset([letters, [], new Subset(letters, [2])])
    expect(Array.from({ length: whole.length }, (_, i) => whole.get(i))).toEqual(['a', 'b', 'c', 'd', 'c'])
    expect(whole.get(-5)).toBe('a')
  })

  it('parts that have no item in common, and together all', () => {
    const parts = randomSplit(letters, [0.5, 0.5], { generator: new Generator().manualSeed(1) })
    expect(parts.flatMap((part) => [part.get(0), part.get(1)]).sort()).toEqual(letters)
  })

  it('fractions that add up to 1 but for rounding, of which the first parts take the remainder', () => {
    const tenths = Array.from({ length: 10 }, () => 0.1)
    expect(randomSplit(Array.from({ length: 13 }), tenths).map(({ length }) => length)).toEqual([
      2, 2, 2, 1, 1, 1, 1, 1, 1, 1,
    ])
    expect(randomSplit(letters, [1])[0]?.length).toBe(4)
  })

  it('asynchronous ones, in parts, too', async () => {
    const dataset = new ConcatDataset([new Subset(remote, [4, 2]), [1, 3]])
    const batches: Tensor[] = []
    for await (const batch of new DataLoader(dataset, { batchSize: 3 })) batches.push(batch)
    expect(batches.map((batch) => batch.toArray())).toEqual([[40, 20, 1], [3]])
  })
})

describe('wrong datasets are refused', () => {
  const calls: readonly [call: string, act: () => unknown, kind: new () => Error, message: string][] = [
    [
      'no length',
      () => new DataLoader({ get: () => 1 } as never),
      TypeError,
      'got Object of length undefined',
    ],
    ['a Map', () => new DataLoader(new Map() as never), TypeError, 'got Map of length undefined'],
    ['half a length', () => new DataLoader({ length: 2.5, get: () => 1 }), TypeError, 'of length number 2.5'],
    [
      'a tensor',
      () => new DataLoader(ones([3]) as never),
      TypeError,
      'got Tensor; write new TensorDataset(tensor)',
    ],
    ['nothing', () => new Subset(undefined as never, []), TypeError, 'Subset: expected a dataset'],
    ['rows', () => new TensorDataset(ones([3, 1]), ones([2])), Error, 'got (3, 1) at 0 and (2) at 1'],
    ['no rows', () => new TensorDataset(ones([])), Error, 'tensor 0 has no dimensions'],
    ['no tensor', () => new TensorDataset(), TypeError, 'expected at least one tensor'],
    ['an array', () => new TensorDataset([1, 2] as never), TypeError, 'tensor 0 to be a Tensor'],
    ['indices', () => new Subset(letters, [0, 4]), RangeError, 'indices of 4 items, got 4 at 1'],
    ['text', () => new Subset(letters, ['a'] as never), TypeError, 'got string "a" at 0'],
    ['no datasets', () => new ConcatDataset([]), RangeError, 'expected at least one dataset'],
    [
      'one dataset',
      () => new ConcatDataset(new Subset(letters, [0]) as never),
      TypeError,
      'array of datasets, got Subset',
    ],
    [
      'a sum',
      () => randomSplit(letters, [3, 2]),
      RangeError,
      'add up to 4, the length of the dataset, got [3, 2]',
    ],
    [
      'halves',
      () => randomSplit(letters, [0.5, 0.25]),
      RangeError,
      'whole numbers, or fractions that add up to 1, got 0.5 at 0',
    ],
    [
      'less than nothing',
      () => randomSplit(letters, [5, -1]),
      RangeError,
      'lengths or fractions of 0 or more, got -1 at 1',
    ],
    [
      'a seed',
      () => randomSplit(letters, [4], { generator: 3 } as never),
      TypeError,
      'generator to be a Generator, got number 3',
    ],
    [
      'beyond the end',
      () => new TensorDataset(ones([2])).get(2),
      RangeError,
      'TensorDataset.get: expected an index from -2 to 1, got index 2',
    ],
    [
      'nothing in it',
      () => new Subset(letters, []).get(0),
      RangeError,
      'Subset.get: the dataset is empty, got index 0',
    ],
    [
      'between',
      () => new ConcatDataset([letters]).get(0.5),
      TypeError,
      'ConcatDataset.get: expected an index to be a whole number, got number 0.5',
    ],
  ]

  it.each(calls)('%s', (_, act, kind, message) => {
    expect(act).toThrow(kind)
    expect(act).toThrow(message)
  })
})
