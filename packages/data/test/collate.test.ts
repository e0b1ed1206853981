import { CollateError, DataLoader, defaultCollate, packCollate, padCollate } from '@unroll/data'
import fixtures from '@unroll/oracle/fixtures/data_collate.json'
import { PackedSequence, packSequence, padSequence } from '@unroll/sequence'
import { full, ones, randn, Tensor, tensor, zeros } from '@unroll/tensor'
import { decodeArray, type EncodedArray } from '@unroll/testing'
import { describe, expect, it } from 'vitest'

const cases: readonly {
  readonly name: string
  readonly items: readonly unknown[]
  readonly batch: unknown
}[] = fixtures.cases

/** A value of a fixture, whose tensors and typed arrays are encoded. */
function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode)
  if (typeof value !== 'object' || value === null) return value
  if ('tensor' in value) return toTensor(value.tensor as EncodedArray)
  if ('typedArray' in value) return decodeArray(value.typedArray as EncodedArray)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, decode(part)]))
}

function toTensor(encoded: EncodedArray): Tensor {
  const { shape, dtype } = encoded
  return tensor(decodeArray(encoded), dtype === 'bool' ? { shape, dtype } : { shape })
}

/** The error that a call throws. */
function errorOf(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('expected an error')
}

describe('defaultCollate makes what PyTorch makes', () => {
  it.each(cases)('of $name', ({ items, batch }) => {
    expect(defaultCollate(items.map(decode))).toEqual(decode(batch))
  })

  it('of bigints, which PyTorch has as integers', () => {
    expect(defaultCollate([2n ** 60n, -1n])).toEqual(tensor([2n ** 60n, -1n]))
  })

  it('of numbers that int64 cannot hold exactly: float64', () => {
    expect(defaultCollate([1, 1e300, Number.NaN]).dtype).toBe('float64')
  })

  it('in memory of its own', () => {
    const x = ones([2])
    const batch = defaultCollate([x, x])
    batch.mul_(3)
    expect(x.toArray()).toEqual([1, 1])
  })
})

describe('items that do not fit', () => {
  const refused: readonly [what: string, items: readonly unknown[], position: number, message: string][] = [
    [
      'tensors of other shapes',
      [ones([3, 2]), ones([3, 2]), ones([4, 2])],
      2,
      'defaultCollate: expected the shape (3, 2) of item 0, got (4, 2) in item 2; padCollate() and packCollate() take sequences of different lengths',
    ],
    [
      'typed arrays of other lengths',
      [new Float32Array(2), new Float32Array(3)],
      1,
      'defaultCollate: expected the shape (2) of item 0, got (3) in item 1; padCollate',
    ],
    [
      'arrays of other lengths',
      [[1, 2], [1]],
      1,
      'defaultCollate: expected 2 elements, as item 0 has, got 1 in item 1',
    ],
    [
      'another kind, deep inside',
      [{ x: [1, 'a'] }, { x: [1, 2] }],
      1,
      'defaultCollate: expected strings, got number 2 in item 1 at .x[1]',
    ],
    [
      'a property that is missing',
      [{ x: 1, y: 2 }, { x: 1 }],
      1,
      'defaultCollate: expected the properties x, y of item 0, got x in item 1',
    ],
    ['null', [null], 0, 'got null in item 0; pass a collate function of your own'],
    ['a Map', [[new Map()]], 0, 'got Map in item 0 at [0]'],
    ['a promise in an item', [[Promise.resolve(1), 2]], 0, 'got a promise; await it first in item 0 at [0]'],
  ]

  it.each(refused)('%s: the error tells which and how', (_, items, position, message) => {
    const error = errorOf(() => defaultCollate(items))
    expect(error).toBeInstanceOf(CollateError)
    expect(error.message).toContain(message)
    expect(error).toHaveProperty('position', position)
  })

  it('in a loader: it tells which item of the dataset, too', () => {
    const loader = new DataLoader([ones([2]), ones([2]), ones([2]), ones([5])], {
      sampler: [0, 3, 1],
      batchSize: 3,
    })
    const error = errorOf(() => [...loader])
    expect(error.message).toMatch(
      /\(2\) of item 0, got \(5\) in item 1; .* different lengths; it is item 3 of the dataset$/,
    )
    expect(error).toHaveProperty('position', 1)
    expect(error.cause).toBeInstanceOf(CollateError)
  })

  it('an empty batch, and what is no batch', () => {
    expect(() => defaultCollate([])).toThrow(
      new RangeError('defaultCollate: expected at least one item, got an empty batch'),
    )
    expect(() => defaultCollate(3 as never)).toThrow(TypeError)
    expect(() => padCollate()([])).toThrow(RangeError)
  })
})

const lengths = [2, 5, 3]
const sequences = lengths.map((T) => randn([T, 4]))
const pairs = sequences.map((sequence, i) => [sequence, i] as const)

describe('padCollate', () => {
  it('pads sequences, and collates lengths and targets', () => {
    const [padded, steps, labels] = padCollate({ batchFirst: true, paddingValue: -1 })(pairs)
    expect(padded).toEqual(padSequence(sequences, { batchFirst: true, paddingValue: -1 }))
    expect(steps).toEqual(tensor(lengths, { dtype: 'int64' }))
    expect(labels).toEqual(tensor([0, 1, 2], { dtype: 'int64' }))
  })

  it('takes sequences alone, time first unless told otherwise', () => {
    const batch = padCollate()(sequences)
    expect(batch).toHaveLength(2)
    expect(batch[0].shape).toEqual([5, 3, 4])
  })

  it('takes targets of every timestep, and targets of several parts', () => {
    const tagged = lengths.map((T) => [ones([T, 2]), full([T], 7, { dtype: 'int64' })] as const)
    const targets = (tags: Tensor[]): Tensor => padSequence(tags, { paddingValue: -100 })
    expect(padCollate({ targets })(tagged)[2].select(1, 0).toArray()).toEqual([7, 7, -100, -100, -100])
    const several = lengths.map((T) => [ones([T]), { a: 1, b: 'x' }] as const)
    expect(padCollate()(several)[2]).toEqual({ a: tensor([1, 1, 1], { dtype: 'int64' }), b: ['x', 'x', 'x'] })
  })
})

describe('packCollate', () => {
  it('packs sequences in any order, and collates targets in that of the items', () => {
    const [packed, labels] = packCollate()(pairs)
    expect(packed).toBeInstanceOf(PackedSequence)
    expect(packed).toEqual(packSequence(sequences, { enforceSorted: false }))
    expect(labels).toEqual(tensor([0, 1, 2], { dtype: 'int64' }))
    expect(packCollate()(sequences)).toEqual(packed)
  })

  it('takes sorted ones as they are, and refuses others, if told that they are sorted', () => {
    const sorted = [sequences[1], sequences[0]].filter((sequence) => sequence instanceof Tensor)
    expect(packCollate({ enforceSorted: true })(sorted).sortedIndices).toBeNull()
    expect(() => packCollate({ enforceSorted: true })(sequences)).toThrow(/longest to the shortest/)
  })

  it('packs targets, too, if told so', () => {
    const tagged = lengths.map((T) => [ones([T, 2]), zeros([T])] as const)
    const [packed, tags] = packCollate({
      targets: (targets: Tensor[]) => packSequence(targets, { enforceSorted: false }),
    })(tagged)
    expect(tags.batchSizes).toEqual(packed.batchSizes)
  })
})

describe.each([
  ['padCollate', padCollate()],
  ['packCollate', packCollate()],
] as const)('%s tells which item does not fit', (name, collate) => {
  const refused: readonly [what: string, items: readonly unknown[], message: string][] = [
    [
      'other features',
      [ones([2, 3]), ones([4, 5])],
      'expected every sequence to be (T, 3) float32, got (4, 5) float32 in item 1',
    ],
    [
      'another dtype',
      [ones([2]), ones([2], { dtype: 'float64' })],
      'expected every sequence to be (T) float32, got (2) float64 in item 1',
    ],
    ['no dimension', [ones([])], 'expected every sequence to be (T, *), got () float32 in item 0'],
    [
      'no tensor',
      [[[1, 2], 0]],
      'expected [sequence, target], the sequence a tensor, got array of 2 in item 0',
    ],
    [
      'a pair among sequences',
      [ones([2]), [ones([2]), 1]],
      'expected a sequence, which is a tensor, got array of 2 in item 1',
    ],
    [
      'a sequence among pairs',
      [[ones([2]), 1], ones([2])],
      'expected [sequence, target], the sequence a tensor, got Tensor in item 1',
    ],
    [
      'several targets',
      [[ones([2]), 1, 2]],
      'got array of 3 in item 0; write several targets as [sequence, [a, b]]',
    ],
    ['a number', [5], 'expected a sequence, which is a tensor, got number 5 in item 0'],
  ]

  it.each(refused)('%s', (_, items, message) => {
    const error = errorOf(() => collate(items as never))
    expect(error).toBeInstanceOf(CollateError)
    expect(error.message).toContain(`${name}: `)
    expect(error.message).toContain(message)
  })
})
