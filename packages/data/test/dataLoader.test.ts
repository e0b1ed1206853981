import {
  BatchSampler,
  CollateError,
  DataLoader,
  type Dataset,
  defaultCollate,
  LengthBatchSampler,
  packCollate,
  RandomSampler,
  TensorDataset,
} from '@unroll/data'
import { arange, defaultGenerator, Generator, manualSeed, ones } from '@unroll/tensor'
import { nestedProxy } from '@unroll/testing'
import { describe, expect, it } from 'vitest'

const numbers = Array.from({ length: 10 }, (_, i) => i)
const list = <Item>(items: Item[]): Item[] => items

describe('DataLoader', () => {
  it('gives batches of tensors, one item unless told otherwise', () => {
    const dataset = new TensorDataset(arange(6).reshape(3, 2), arange(3))
    const [[x, y] = []] = new DataLoader(dataset, { batchSize: 2 })
    expect([x?.toArray(), y?.toArray()]).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [0, 1],
    ])
    expect([...new DataLoader(dataset)].map(([rows]) => rows.shape)).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
  })

  it('seeds nothing and draws nothing before it is iterated over, and one seed when that begins', () => {
    manualSeed(5)
    const before = defaultGenerator().getState()
    const loader = new DataLoader(numbers)
    expect(defaultGenerator().getState()).toEqual(before)
    loader[Symbol.iterator]()
    const after = defaultGenerator().getState()
    manualSeed(5).random64()
    expect(defaultGenerator().getState()).toEqual(after)
  })

  it('counts batches, and epochs that went to their end', () => {
    const loader = new DataLoader(numbers, { batchSize: 4 })
    expect([loader.length, loader.epoch]).toEqual([3, 0])
    for (const _ of loader) expect(loader.epoch).toBe(0)
    for (const _ of loader) break
    expect(loader.epoch).toBe(1)
  })

  it('walks several times at once', () => {
    const loader = new DataLoader(numbers, { batchSize: 5, collate: list })
    const pairs: number[][] = []
    for (const [a] of loader) for (const [b] of loader) pairs.push([a ?? -1, b ?? -1])
    expect(pairs).toEqual([
      [0, 0],
      [0, 5],
      [5, 0],
      [5, 5],
    ])
  })

  it('packs words of similar length, sorted', () => {
    const words = [3, 1, 4, 1, 5, 9, 2, 6].map((T) => [ones([T, 2]), T] as const)
    const batchSampler = new LengthBatchSampler(
      words.map(([word]) => word.size(0)),
      3,
    )
    const loader = new DataLoader(words, { batchSampler, collate: packCollate({ enforceSorted: true }) })
    let rows = 0
    for (const [packed, labels] of loader) {
      rows += packed.data.size(0)
      expect(labels.toArray()).toEqual(labels.topk(labels.numel)[0].toArray())
    }
    expect(rows).toBe(31)
  })

  it('works through a proxy, as that of a framework', () => {
    const make = (): DataLoader<number, number[]> =>
      new DataLoader(numbers, { batchSize: 4, shuffle: true, collate: list })
    manualSeed(2)
    const plain = make()
    const want = [...plain, ...plain]
    manualSeed(2)
    const held = nestedProxy(make())
    expect([...held, ...held]).toEqual(want)
    expect(held.epoch).toBe(2)
    plain.loadStateDict(held.stateDict())
    expect(plain.stateDict()).toEqual(held.stateDict())
  })

  it('waits for items and for batches, and asks for the items of a batch at once', async () => {
    let running = 0
    let most = 0
    const dataset: Dataset<number> = {
      length: 6,
      get: async (i) => {
        most = Math.max(most, ++running)
        await Promise.resolve()
        running--
        return i
      },
    }
    const batches: number[][] = []
    const loader = new DataLoader(dataset, { batchSize: 3, collate: async (items) => items })
    for await (const batch of loader) batches.push(batch)
    expect(batches).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(most).toBe(3)
  })

  it('passes on what a dataset throws', async () => {
    const failure = new Error('no such file')
    const failing: Dataset<number> = { length: 2, get: (i) => (i === 1 ? Promise.reject(failure) : i) }
    const walk = async (): Promise<void> => {
      for await (const _ of new DataLoader(failing, { batchSize: 2 }));
    }
    await expect(walk()).rejects.toBe(failure)
  })

  it("passes on what one item throws at once, and the failures of the others are nobody else's", async () => {
    const failing: Dataset<number> = { length: 3, get: (i) => Promise.reject(new Error(`item ${i}`)) }
    const walk = async (): Promise<void> => {
      for await (const _ of new DataLoader(failing, { batchSampler: [[0, 1, 9]] }));
    }
    await expect(walk()).rejects.toThrow('expected an index from -3 to 2, got index 9')
    // Vitest fails where a rejection is left unhandled.
    await new Promise((resolve) => setTimeout(resolve, 5))
  })

  it('tells which item does not fit, also where collate is async', async () => {
    const collate = async (items: unknown[]): Promise<unknown> => defaultCollate(items)
    const walk = async (): Promise<void> => {
      for await (const _ of new DataLoader<unknown, unknown>([1, 'two'], { batchSize: 2, collate }));
    }
    await expect(walk()).rejects.toThrow(CollateError)
    await expect(walk()).rejects.toThrow('it is item 1 of the dataset')
  })

  it.each(['for', 'for await'])(
    'lets a sampler end where %s is left early, or an item fails',
    async (loop) => {
      let ended = 0
      const sampler = {
        *[Symbol.iterator]() {
          try {
            yield* [0, 1, 2]
          } finally {
            ended++
          }
        },
      }
      const get = (i: number): number => {
        if (i === 2) throw new Error('no such item')
        return i
      }
      const loader = new DataLoader({ length: 3, get }, { sampler })
      const walk = async (until: number): Promise<void> => {
        if (loop === 'for') {
          for (const item of loader) if (item.item() === until) break
        } else {
          for await (const item of loader) if (item.item() === until) break
        }
      }
      await walk(1)
      expect(ended).toBe(1)
      await expect(walk(3)).rejects.toThrow('no such item')
      expect(ended).toBe(2)
    },
  )
})

describe('wrong loaders are refused', () => {
  const generator = new Generator()
  const calls: readonly [call: string, act: () => unknown, kind: new () => Error, message: string][] = [
    [
      'no batch',
      () => new DataLoader(numbers, { batchSize: 0 }),
      RangeError,
      'DataLoader: expected batchSize to be at least 1, got 0',
    ],
    [
      'half a batch',
      () => new DataLoader(numbers, { batchSize: 1.5 }),
      TypeError,
      'batchSize to be a whole number, got number 1.5',
    ],
    [
      'a bare size',
      () => new DataLoader(numbers, 4 as never),
      TypeError,
      'DataLoader: expected options to be a plain object',
    ],
    [
      "PyTorch's spelling",
      () => new DataLoader(numbers, { batch_size: 4 } as never),
      TypeError,
      'did you mean batchSize?',
    ],
    [
      'workers',
      () => new DataLoader(numbers, { numWorkers: 4 } as never),
      TypeError,
      'DataLoader: expected options among',
    ],
    [
      'sampler and shuffle',
      () => new DataLoader(numbers, { sampler: [1], shuffle: true }),
      TypeError,
      'sampler decides on the order, so expected no shuffle beside it; write { sampler: new RandomSampler(dataset) }',
    ],
    [
      'batchSampler and others',
      () => new DataLoader(numbers, { batchSampler: [[1]], batchSize: 1, dropLast: false }),
      TypeError,
      'batchSampler makes whole batches, so expected no batchSize, dropLast beside it',
    ],
    [
      'an iterator',
      () => new DataLoader(numbers, { sampler: numbers.values() }),
      TypeError,
      'sampler to begin anew in every epoch, got an iterator, which ends once; write [...sampler]',
    ],
    [
      'a number as sampler',
      () => new DataLoader(numbers, { sampler: 3 as never }),
      TypeError,
      'sampler to be iterable, got number 3',
    ],
    [
      'maybe',
      () => new DataLoader(numbers, { shuffle: 1 as never }),
      TypeError,
      'shuffle to be true or false, got number 1',
    ],
    [
      'a string',
      () => new DataLoader(numbers, { dropLast: 'no' as never }),
      TypeError,
      'dropLast to be true or false',
    ],
    [
      'collate',
      () => new DataLoader(numbers, { collate: 'pad' as never }),
      TypeError,
      'collate to be a function, got string "pad"',
    ],
    [
      'a seed',
      () => new DataLoader(numbers, { generator: 3 as never }),
      TypeError,
      'generator to be a Generator, got number 3',
    ],
    [
      'nothing to shuffle',
      () => new DataLoader([], { shuffle: true, generator }),
      RangeError,
      'the length of the dataset to be at least 1',
    ],
    [
      'an index of no item',
      () => [...new DataLoader(numbers, { sampler: [3, 10] })],
      RangeError,
      'DataLoader: expected an index from -10 to 9, got index 10',
    ],
    [
      'an index of text',
      () => [...new DataLoader(numbers, { sampler: ['a'] as never })],
      TypeError,
      'DataLoader: expected an index to be a whole number, got string "a"',
    ],
    [
      'single indices for batches',
      () => [...new DataLoader(numbers, { batchSampler: [0, 1] as never })],
      TypeError,
      'DataLoader: expected batchSampler to give lists of indices, got number 0; single indices are for the option sampler',
    ],
    [
      'unknown length',
      () => new DataLoader(numbers, { batchSampler: new Set([[1]]) }).length,
      TypeError,
      'DataLoader.length: the sampler has no length',
    ],
    [
      'promises',
      () => [...new DataLoader({ length: 1, get: () => Promise.reject(new Error('later')) })],
      TypeError,
      'got a promise; iterate with for await',
    ],
  ]

  it.each(calls)('%s', (_, act, kind, message) => {
    expect(act).toThrow(kind)
    expect(act).toThrow(message)
  })

  it('a generator of its own counts for the seed of an epoch, that of the sampler for its order', () => {
    const [own, other] = [new Generator().manualSeed(1), new Generator().manualSeed(2)]
    const batchSampler = new BatchSampler(new RandomSampler(numbers, { generator: other }), 5)
    const orders = [...new DataLoader(numbers, { batchSampler, generator: own, collate: list })]
    const alone = new BatchSampler(
      new RandomSampler(numbers, { generator: new Generator().manualSeed(2) }),
      5,
    )
    expect(orders).toEqual([...alone])
    expect(own.random()).toBe(drawnAfterSeed(1))
  })
})

/** The first draw of a generator that made one seed. */
function drawnAfterSeed(seed: number): number {
  const generator = new Generator().manualSeed(seed)
  generator.random64()
  return generator.random()
}
