import fixtures from '@unroll/oracle/fixtures/packing.json'
import {
  invertPermutation,
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
  unpackSequence,
  unpadSequence,
} from '@unroll/sequence'
import { arange, ones, RuntimeError, type Tensor, tensor, zeros } from '@unroll/tensor'
import type { EncodedArray } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { toTensor } from './fixtures.ts'

interface EncodedPacked {
  readonly data: EncodedArray
  readonly batchSizes: EncodedArray
  readonly sortedIndices: EncodedArray | null
  readonly unsortedIndices: EncodedArray | null
  readonly printed: string
}

interface PackCase {
  readonly kind: 'packPaddedSequence'
  readonly name: string
  readonly input: EncodedArray
  readonly lengths: readonly number[]
  readonly options: { readonly batchFirst: boolean; readonly enforceSorted: boolean }
  readonly packed: EncodedPacked
  readonly padOptions: {
    readonly batchFirst: boolean
    readonly paddingValue: number
    readonly totalLength?: number
  }
  readonly padded: EncodedArray
  readonly paddedLengths: EncodedArray
  readonly unpacked: readonly EncodedArray[]
}

interface PadCase {
  readonly kind: 'padSequence'
  readonly name: string
  readonly sequences: readonly EncodedArray[]
  readonly options: {
    readonly batchFirst: boolean
    readonly paddingValue: number
    readonly paddingSide: 'left' | 'right'
  }
  readonly padded: EncodedArray
  readonly enforceSorted: boolean
  readonly packed: EncodedPacked | null
}

interface InvertCase {
  readonly kind: 'invertPermutation'
  readonly name: string
  readonly permutation: readonly number[]
  readonly inverse: readonly number[]
}

// TypeScript's type of the JSON does not tell the kinds apart.
const cases = fixtures.cases as readonly (PackCase | PadCase | InvertCase)[]
const packCases = cases.filter((fixture) => fixture.kind === 'packPaddedSequence')
const padCases = cases.filter((fixture) => fixture.kind === 'padSequence')
const invertCases = cases.filter((fixture) => fixture.kind === 'invertPermutation')

/** Packing only moves elements, so every element must be the same. */
function expectSame(got: Tensor | null, want: EncodedArray | null): void {
  expect(got && { dtype: got.dtype, shape: got.shape, data: got.data }).toEqual(
    want && { dtype: want.dtype, shape: want.shape, data: toTensor(want).data },
  )
}

function expectPacked(got: PackedSequence, want: EncodedPacked): void {
  expectSame(got.data, want.data)
  expectSame(got.batchSizes, want.batchSizes)
  expectSame(got.sortedIndices, want.sortedIndices)
  expectSame(got.unsortedIndices, want.unsortedIndices)
}

const int64 = (...values: bigint[]): Tensor => tensor(values)

describe('packing', () => {
  it.each(packCases)('does what PyTorch does: $name', (fixture) => {
    const input = toTensor(fixture.input)
    const packed = packPaddedSequence(input, fixture.lengths, fixture.options)
    expectPacked(packed, fixture.packed)
    expect(packed.toString()).toBe(fixture.packed.printed)

    const lengths = int64(...fixture.lengths.map(BigInt))
    expectPacked(packPaddedSequence(input, lengths, fixture.options), fixture.packed)

    const [padded, paddedLengths] = padPackedSequence(packed, fixture.padOptions)
    expectSame(padded, fixture.padded)
    expectSame(paddedLengths, fixture.paddedLengths)

    const unpacked = unpackSequence(packed)
    expect(unpacked).toHaveLength(fixture.unpacked.length)
    fixture.unpacked.forEach((want, n) => {
      expectSame(unpacked[n] ?? null, want)
    })
  })

  it.each(padCases)('does what PyTorch does: $name', (fixture) => {
    const sequences = fixture.sequences.map(toTensor)
    const { batchFirst, paddingSide } = fixture.options
    const padded = padSequence(sequences, fixture.options)
    expectSame(padded, fixture.padded)
    if (paddingSide === 'right') {
      const lengths = sequences.map((sequence) => sequence.size(0))
      unpadSequence(padded, lengths, { batchFirst }).forEach((sequence, n) => {
        expectSame(sequence, fixture.sequences[n] ?? null)
      })
    }
    const { enforceSorted, packed } = fixture
    if (packed) expectPacked(packSequence(sequences, { enforceSorted }), packed)
    else expect(() => packSequence(sequences, { enforceSorted })).toThrow(RuntimeError)
  })

  it.each(invertCases)('does what PyTorch does: $name', ({ permutation, inverse }) => {
    expect(invertPermutation(int64(...permutation.map(BigInt))).toArray()).toEqual(inverse)
    expect(invertPermutation(null)).toBeNull()
  })

  it('packs views, whatever their strides', () => {
    const view = arange(24).reshape([3, 4, 2]).transpose(0, 1)
    const got = packPaddedSequence(view, [4, 2, 1])
    expect(got.data.toArray()).toEqual(packPaddedSequence(view.clone(), [4, 2, 1]).data.toArray())
  })

  it('takes lengths as any whole numbers', () => {
    const input = ones([4, 3, 2])
    const want = packPaddedSequence(input, [4, 2, 1]).batchSizes.toArray()
    for (const dtype of ['int64', 'int32', 'float32', 'float16'] as const) {
      const lengths = tensor([4, 2, 1]).to(dtype)
      expect(packPaddedSequence(input, lengths).batchSizes.toArray()).toEqual(want)
    }
  })

  it('leaves the padded batch alone and shares no memory with it', () => {
    const padded = arange(12).reshape([2, 3, 2])
    const before = padded.clone()
    const packed = packPaddedSequence(padded, [2, 2, 2])
    packed.data.fill_(-1)
    for (const sequence of unpadSequence(padded, [2, 1, 2])) sequence.fill_(-1)
    expect(padded.toArray()).toEqual(before.toArray())
    expect(padded.shape).toEqual([2, 3, 2])
  })

  it('converts its data and keeps its indices', () => {
    const packed = packSequence([ones([1, 2]), ones([3, 2])], { enforceSorted: false })
    const converted = packed.to('float64')
    expect(converted.data.dtype).toBe('float64')
    expect(converted.unsortedIndices).toBe(packed.unsortedIndices)
    expect(packed.to('float32')).toBe(packed)
  })

  it('converts its data by the names PyTorch has for dtypes', () => {
    const packed = packSequence([tensor([1.5, -2]), tensor([3])])
    const converted = [
      packed.double(),
      packed.float(),
      packed.half(),
      packed.long(),
      packed.int(),
      packed.short(),
      packed.char(),
      packed.byte(),
    ]
    expect(converted.map(({ data }) => data.dtype)).toEqual([
      'float64',
      'float32',
      'float16',
      'int64',
      'int32',
      'int16',
      'int8',
      'uint8',
    ])
    expect(packed.long().data.toArray()).toEqual([1, 3, -2])
  })

  it('is taken apart like the named tuple it is in PyTorch', () => {
    const packed = packSequence([ones([1, 2]), ones([3, 2])], { enforceSorted: false })
    const [data, batchSizes, sortedIndices, unsortedIndices] = packed
    expect(data).toBe(packed.data)
    expect(batchSizes).toBe(packed.batchSizes)
    expect(sortedIndices).toBe(packed.sortedIndices)
    expect(unsortedIndices).toBe(packed.unsortedIndices)
  })

  it('finds the inverse permutation where only the order is given', () => {
    const packed = new PackedSequence(ones([3]), int64(2n, 1n), int64(1n, 0n))
    expect(packed.unsortedIndices?.toArray()).toEqual([1, 0])
  })
})

describe('packing refuses', () => {
  const input = ones([4, 3, 2])
  const refused: readonly [
    what: string,
    () => unknown,
    error: new (message: string) => Error,
    message: string,
  ][] = [
    ['a length of 0', () => packPaddedSequence(input, [4, 3, 0]), RuntimeError, 'at least 1, got [4, 3, 0]'],
    [
      'a negative length to be sorted',
      () => packPaddedSequence(input, [4, -3, 2], { enforceSorted: false }),
      RuntimeError,
      'at least 1, got [4, -3, 2]',
    ],
    [
      'increasing lengths',
      () => packPaddedSequence(input, [1, 2, 3]),
      RuntimeError,
      'got [1, 2, 3]; pass { enforceSorted: false }',
    ],
    ['too few lengths', () => packPaddedSequence(input, [4, 3]), RuntimeError, 'sequences, 3, got 2'],
    ['an empty batch', () => packPaddedSequence(zeros([4, 0, 2]), []), RuntimeError, 'got shape (4, 0, 2)'],
    ['a length beyond T', () => packPaddedSequence(input, [5, 3, 1]), RuntimeError, 'at most 4'],
    [
      'a length beyond T to be sorted',
      () => packPaddedSequence(input, int64(1n, 5n, 2n), { enforceSorted: false }),
      RuntimeError,
      'at most 4',
    ],
    ['a 1-D input', () => packPaddedSequence(ones([4]), [1]), RangeError, 'got shape (4)'],
    [
      'lengths that are 2-D',
      () => packPaddedSequence(input, ones([3, 1])),
      RangeError,
      '1-D, got shape (3, 1)',
    ],
    ['a fractional length', () => packPaddedSequence(input, [4.5, 3, 2]), TypeError, 'got number 4.5'],
    [
      'a missing length',
      () => Reflect.apply(packPaddedSequence, null, [input, [4, undefined, 2]]),
      TypeError,
      'got undefined',
    ],
    ['no sequences', () => packSequence([]), RuntimeError, 'got an empty list'],
    ['sequences out of order', () => packSequence([ones([2]), ones([3])]), RuntimeError, 'got [2, 3]'],
    ['an empty sequence', () => packSequence([ones([2]), ones([0])]), RuntimeError, 'got [2, 0]'],
    [
      'a total length that is too short',
      () => padPackedSequence(packPaddedSequence(input, [4, 3, 2]), { totalLength: 3 }),
      RangeError,
      'longest sequence, 4, got 3',
    ],
    ['nothing to pad', () => padSequence([]), RuntimeError, 'got an empty list'],
    [
      'sequences of different widths',
      () => padSequence([ones([2, 2]), ones([3, 3])]),
      RuntimeError,
      '(T, 2) float32, got (3, 3) float32 at 1',
    ],
    ['scalars', () => padSequence([tensor(1)]), RuntimeError, 'got () float32 at 0'],
    ['too few lengths to unpad', () => unpadSequence(input, [4, 3]), RangeError, 'sequences, 3, got 2'],
    ['a length beyond T to unpad', () => unpadSequence(input, [9, 0, 1]), RangeError, 'from 0 to 4'],
    ['what is no permutation', () => invertPermutation(int64(0n, 2n)), RangeError, 'permutation of 0 to 1'],
    [
      'a permutation with a repetition',
      () => invertPermutation(int64(1n, 1n)),
      RangeError,
      'permutation of 0 to 1',
    ],
  ]

  it.each(refused)('%s', (_, act, error, message) => {
    expect(act).toThrow(error)
    expect(act).toThrow(message)
  })

  it('what is not a tensor, from JavaScript', () => {
    expect(() => Reflect.apply(packPaddedSequence, null, [[[1, 2]], [1]])).toThrow(TypeError)
    expect(() => Reflect.apply(packPaddedSequence, null, [input, '4'])).toThrow(TypeError)
    expect(() => Reflect.apply(padPackedSequence, null, [input])).toThrow('PackedSequence, got Tensor')
    expect(() => Reflect.apply(padSequence, null, [[ones([2])], { paddingSide: 'up' }])).toThrow(
      'got string "up"',
    )
  })
})
