import { describe, expect, it } from 'vitest'
import { type DType, noGrad, ones, Tensor, tensor, zeros } from '../src/index.ts'
import { equalPairs, unequalPairs } from './pairs.ts'

describe('Vitest', () => {
  it.each(Object.entries(equalPairs))('toEqual and toStrictEqual hold for %s', (_, pair) => {
    expect(pair()[0]).toEqual(pair()[1])
    expect(pair()[0]).toStrictEqual(pair()[1])
    expect(pair()).toEqual(pair().toReversed())
  })

  it.each(Object.entries(unequalPairs))('toEqual fails for %s', (_, pair) => {
    expect(pair()[0]).not.toEqual(pair()[1])
    expect(pair()[1]).not.toEqual(pair()[0])
    expect(new Map([['weight', pair()[0]]])).not.toEqual(new Map([['weight', pair()[1]]]))
  })

  it('a failure shows both as they print', () => {
    expect(() => expect(tensor([1, 2.5])).toEqual(tensor([1, 3.5]))).toThrow(
      'expected tensor([1.0000, 2.5000]) to deeply equal tensor([1.0000, 3.5000])',
    )
  })

  it('every element counts', () => {
    const [a, b] = [zeros(16, 64), zeros(16, 64)]
    b.at(15, 63).fill_(1)
    expect(a).not.toEqual(b)
    expect(a).toEqual(zeros(16, 64))
  })
})

describe("chai's deep equality", () => {
  it.each(Object.entries(equalPairs))('holds for %s', (_, pair) => {
    expect(pair()[0]).to.deep.equal(pair()[1])
  })

  it.each(Object.entries(unequalPairs))('fails for %s', (_, pair) => {
    expect(pair()[0]).to.not.deep.equal(pair()[1])
  })
})

describe('a tensor that was compared', () => {
  const compared = (dtype: DType = 'float32'): Tensor => {
    const t = tensor([1, 2], { dtype })
    expect(t).toEqual(tensor([1, 2], { dtype }))
    return t
  }

  it('works as before', () => {
    const t = compared()
    expect(t.add(1).toArray()).toEqual([2, 3])
    expect(t.fill_(7).toArray()).toEqual([7, 7])
    t.set_(zeros([3], { dtype: 'int64' }))
    expect([t.dtype, t.shape, t.data]).toEqual(['int64', [3], new BigInt64Array(3)])
    expect(t).toEqual(zeros([3], { dtype: 'int64' }))
    expect(String(t)).toBe('tensor([0, 0, 0])')
  })

  it('requires gradients, or no more', () => {
    const t = compared()
    t.requiresGrad = true
    expect(t).toEqual(tensor([1, 2], { requiresGrad: true }))
    expect(t).not.toEqual(tensor([1, 2]))
    t.grad = ones([2])
    expect(t).toEqual(tensor([1, 2], { requiresGrad: true }))
    t.requiresGrad = false
    expect(t).toEqual(tensor([1, 2]))
    expect(() => {
      compared('int64').requiresGrad = true
    }).toThrow(/floats, got int64/)
  })

  it('holds the same memory', () => {
    const t = zeros([2])
    const view = t.slice(0, 1)
    expect(t).toEqual(zeros([2]))
    noGrad(() => view.fill_(3))
    expect(t).toEqual(tensor([0, 3]))
  })

  it('is compared as it lies if it is frozen', () => {
    const [a, b] = [Object.freeze(tensor([1, 2])), Object.freeze(tensor([1, 2]))]
    expect(a).toEqual(b)
    expect(a).not.toEqual(Object.freeze(tensor([1, 3])))
  })
})

it('a subclass is another kind of tensor', () => {
  class Parameter extends Tensor {}
  expect(new Parameter(tensor([1]))).toStrictEqual(new Parameter(tensor([1])))
  expect(new Parameter(tensor([1]))).not.toStrictEqual(tensor([1]))
})
