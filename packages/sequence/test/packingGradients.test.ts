import {
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
  unpackSequence,
  unpadSequence,
} from '@unroll/sequence'
import { enableGrad, grad, gradcheck, randn, Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'

const draw = (...shape: number[]): Tensor => randn(shape, { dtype: 'float64', requiresGrad: true })

/** Squares, so that gradients depend on the elements and on their places. */
const weighted = (x: Tensor): Tensor => x.mul(x).mul(x)

describe('gradients pass through', () => {
  it.each([
    { batchFirst: false, enforceSorted: true, lengths: [4, 3, 1] },
    { batchFirst: true, enforceSorted: false, lengths: [1, 4, 2] },
  ])('packPaddedSequence and back, $lengths', ({ lengths, ...options }) => {
    const { batchFirst } = options
    const x = batchFirst ? draw(3, 5, 2) : draw(5, 3, 2)
    const there = (input: Tensor): PackedSequence => packPaddedSequence(input, lengths, options)
    expect(gradcheck((input) => weighted(there(input).data), [x])).toBe(true)
    const back = (input: Tensor): Tensor =>
      padPackedSequence(there(weighted(input)), { batchFirst, paddingValue: 7, totalLength: 6 })[0]
    expect(gradcheck((input) => weighted(back(input)), [x])).toBe(true)
    expect(gradcheck((input) => unpackSequence(there(input)).map(weighted), [x])).toBe(true)
  })

  it('an input of other strides', () => {
    const x = draw(3, 5, 2)
    const pack = (input: Tensor): Tensor => packPaddedSequence(input.transpose(0, 1), [5, 3, 1]).data
    expect(gradcheck((input) => weighted(pack(input)), [x])).toBe(true)
  })

  it('packSequence', () => {
    const sequences = [draw(2, 3), draw(4, 3), draw(1, 3)]
    const pack = (...given: Tensor[]): Tensor => packSequence(given, { enforceSorted: false }).data
    expect(gradcheck((...given) => weighted(pack(...given)), sequences)).toBe(true)
  })

  it.each([
    { batchFirst: false, paddingSide: 'right' },
    { batchFirst: true, paddingSide: 'left' },
  ] as const)('padSequence, $paddingSide', (options) => {
    const sequences = [draw(2, 3), draw(4, 3), draw(0, 3), draw(1, 3)]
    expect(gradcheck((...given) => weighted(padSequence(given, options)), sequences)).toBe(true)
  })

  it.each([true, false])('unpadSequence, batchFirst %s', (batchFirst) => {
    const x = draw(3, 3, 2)
    const cut = (input: Tensor): Tensor[] => unpadSequence(input, [2, 0, 3], { batchFirst })
    expect(gradcheck((input) => cut(input).map(weighted), [x])).toBe(true)
  })
})

describe('a packed sequence', () => {
  it('has data with history, which keeps it when converted', () => {
    const x = draw(3, 2, 1)
    const packed = packPaddedSequence(x, [3, 2])
    expect(String(packed.data.gradFn?.name)).toBe('PackPaddedSequenceBackward0')
    packed.to('float32').data.sum().backward()
    expect(x.grad?.flatten().toArray()).toEqual([1, 1, 1, 1, 1, 0])
  })

  it('of integers has none', () => {
    expect(packSequence([tensor([1n, 2n]), tensor([3n])]).data.requiresGrad).toBe(false)
  })

  it('gives zeros to a sequence whose result is not used', () => {
    const x = draw(3, 1)
    const [first] = unpackSequence(new PackedSequence(x, tensor([2n, 1n])))
    first?.sum().backward()
    expect(x.grad?.flatten().toArray()).toEqual([1, 0, 1])
  })

  it('has second gradients', () => {
    const slope = (x: Tensor): Tensor =>
      enableGrad(() => {
        const given = x.requiresGrad ? x : new Tensor(x, true)
        const [padded] = padPackedSequence(packSequence([given, given.slice(0, 1)]))
        return grad([weighted(padded).sum()], [given], { createGraph: true })[0] ?? given
      })
    expect(gradcheck(slope, [draw(2, 2)])).toBe(true)
  })
})
