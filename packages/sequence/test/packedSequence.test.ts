import fixtures from '@unroll/oracle/fixtures/packing.json'
import {
  GRU,
  type PackedClone,
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  unpackSequence,
} from '@unroll/sequence'
import { arange, ones, randn, type Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'

interface Contradiction {
  readonly kind: 'contradiction'
  readonly name: string
  readonly rows: number
  readonly batchSizes: readonly number[]
  readonly sortedIndices: readonly number[] | null
  readonly unsortedIndices: readonly number[] | null
  /** If false, PyTorch computes something, or ends the process. */
  readonly refusedByPyTorch: boolean
}

// TypeScript's type of the JSON does not tell the kinds apart.
const contradictions = fixtures.cases.filter(({ kind }) => kind === 'contradiction') as Contradiction[]

const int64 = (values: readonly number[]): Tensor => tensor(BigInt64Array.from(values, BigInt))

/** A packed sequence whose maker went around the constructor, or changed its parts afterwards. */
function forged(parts: Partial<PackedSequence>): PackedSequence {
  return Object.assign(packSequence([ones([2, 1]), ones([1, 1])]), parts)
}

describe('a packed sequence that contradicts itself', () => {
  it.each(contradictions)('is refused: $name (by PyTorch: $refusedByPyTorch)', (fixture) => {
    const { rows, batchSizes } = fixture
    const [sorted, unsorted] = [fixture.sortedIndices, fixture.unsortedIndices].map(
      (each) => each && int64(each),
    )
    const data = arange(rows).to('float32').unsqueeze(1)
    expect(() => new PackedSequence(data, int64(batchSizes), sorted, unsorted)).toThrow(
      /^PackedSequence: expected (batchSizes|sortedIndices|unsortedIndices) /,
    )
    const packed = forged({
      data,
      batchSizes: int64(batchSizes),
      sortedIndices: sorted ?? unsorted ?? null,
      unsortedIndices: unsorted ?? sorted ?? null,
    })
    expect(() => padPackedSequence(packed)).toThrow(RangeError)
    expect(() => unpackSequence(packed)).toThrow(RangeError)
    expect(() => new GRU(1, 2).forward(packed)).toThrow(RangeError)
    expect(() => packed.to('float64')).toThrow(RangeError)
  })

  it('is refused after its numbers were changed in place', () => {
    const packed = packSequence([ones([2, 1]), ones([1, 1])])
    packed.batchSizes.fill_(3n)
    expect(() => padPackedSequence(packed)).toThrow(
      'padPackedSequence: expected batchSizes whose sum is the rows of data (3, 1), got [3, 3], in all 6',
    )
  })

  it('is said short, however long it is', () => {
    const message = (sizes: number[]): string => {
      try {
        return String(new PackedSequence(ones([3]), int64(sizes)))
      } catch (error) {
        return String(error)
      }
    }
    expect(message(new Array(100_000).fill(1)).length).toBeLessThan(200)
  })
})

describe('a packed sequence', () => {
  it('takes whole numbers of any dtype and keeps them as int64', () => {
    const { batchSizes, sortedIndices, unsortedIndices } = new PackedSequence(
      ones([5]),
      tensor([3, 2]),
      tensor([1, 2, 0]).to('int32'),
    )
    expect([batchSizes, sortedIndices, unsortedIndices].map((part) => part?.dtype)).toEqual(
      new Array(3).fill('int64'),
    )
    expect(unsortedIndices?.toArray()).toEqual([2, 0, 1])
  })

  it('finds the order where only its inverse is given', () => {
    const packed = new PackedSequence(arange(5), int64([3, 2]), null, int64([2, 0, 1]))
    expect(packed.sortedIndices?.toArray()).toEqual([1, 2, 0])
    expect(padPackedSequence(packed)[1].toArray()).toEqual([1, 2, 2])
  })

  it('of one sequence, of equally long ones, and of features of no size is fine', () => {
    for (const [shape, sizes] of [
      [[1], [1]],
      [
        [6, 2],
        [2, 2, 2],
      ],
      [
        [3, 0],
        [2, 1],
      ],
    ] as const) {
      const packed = new PackedSequence(ones(shape), int64(sizes))
      expect(padPackedSequence(packed)[0].shape).toEqual([sizes.length, sizes[0], ...shape.slice(1)])
    }
  })

  it('comes back equal from padding, whatever the lengths', () => {
    for (let trial = 0; trial < 50; trial++) {
      const lengths = Array.from({ length: 1 + (trial % 7) }, (_, n) => 1 + ((trial * 5 + n * 3) % 6))
      const input = randn([6, lengths.length, 2])
      const packed = packPaddedSequence(input, lengths, { enforceSorted: false })
      const [padded, got] = padPackedSequence(packed)
      expect(got.toArray()).toEqual(lengths)
      lengths.forEach((length, n) => {
        expect(padded.select(1, n).slice(0, 0, length).toArray()).toEqual(
          input.select(1, n).slice(0, 0, length).toArray(),
        )
      })
    }
  })
})

describe('packed sequences are compared by what they hold', () => {
  const make = (third = 3): PackedSequence =>
    packSequence([tensor([1, 2]), tensor([third, 4, 5])], { enforceSorted: false })

  it('equal ones are equal, whatever their memory, others are not', () => {
    expect(make()).toEqual(make())
    expect(make()).toStrictEqual(make())
    expect(make(7)).not.toEqual(make())
    expect(make().to('float64')).not.toEqual(make())
    expect(packSequence([tensor([3, 4, 5]), tensor([1, 2])])).not.toEqual(make())
    const doubled = new PackedSequence(make().data.to('float64'), int64([2, 2, 1]), int64([1, 0]))
    expect(doubled.to('float32')).toEqual(make())
  })
})

describe('a packed sequence is cloned', () => {
  const packed = packSequence([randn([2, 3]), randn([4, 3]), randn([1, 3])], { enforceSorted: false })
  const sorted = packSequence([randn([3, 2]), randn([1, 2])])

  it.each([
    ['structuredClone', (value: PackedSequence): unknown => structuredClone(value)],
    ['JSON', (value: PackedSequence): unknown => JSON.parse(JSON.stringify(value))],
  ])('by %s, and made one again', (_, clone) => {
    for (const each of [packed, sorted]) {
      const again = PackedSequence.from(clone(each) as PackedClone)
      expect(again).toBeInstanceOf(PackedSequence)
      expect(again).toEqual(each)
      expect(unpackSequence(again)).toEqual(unpackSequence(each))
    }
    expect(PackedSequence.from(packed)).toBe(packed)
  })

  it('and is told apart from one where one belongs', () => {
    const clone = structuredClone(packed)
    const told = ', a clone of one; PackedSequence.from makes it one again'
    expect(() => padPackedSequence(clone)).toThrow(`expected a PackedSequence, got Object${told}`)
    expect(() => new GRU(3, 2).forward(clone)).toThrow(told)
    expect(() => unpackSequence({ ...packed } as PackedSequence)).toThrow(
      'of another copy of @unroll/sequence',
    )
  })

  it('and checked when it is made one again', () => {
    const clone = JSON.parse(JSON.stringify(packed))
    expect(() => PackedSequence.from({ ...clone, batchSizes: clone.sortedIndices })).toThrow(
      'PackedSequence: expected batchSizes',
    )
    expect(() => PackedSequence.from({ ...clone, data: [1, 2] })).toThrow(
      'PackedSequence.from: expected data to be a Tensor, got array of 2',
    )
    const { data } = clone
    expect(() => PackedSequence.from(data)).toThrow(
      'PackedSequence.from: expected a PackedSequence, got Object',
    )
  })
})
