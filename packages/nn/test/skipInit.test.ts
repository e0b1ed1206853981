import { defaultGenerator, manualSeed, ones, rand, type Tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  BatchNorm1d,
  Conv1d,
  Embedding,
  LayerNorm,
  Linear,
  Module,
  orthogonal_,
  Sequential,
  skipInit,
  uniform_,
} from '../src/index.ts'

const make = (): Sequential =>
  new Sequential(
    new Embedding(5, 3),
    new Linear(3, 4),
    new Conv1d(4, 2, 1),
    new LayerNorm(2),
    new BatchNorm1d(2),
  )

describe('skipInit', () => {
  it('draws nothing: seeds are not affected', () => {
    manualSeed(0)
    const before = defaultGenerator().getState()
    const model = skipInit(make)
    orthogonal_(skipInit(() => new Linear(2, 2)).weight)
    expect(defaultGenerator().getState()).not.toEqual(before)
    manualSeed(0)
    skipInit(make)
    expect(defaultGenerator().getState()).toEqual(before)
    expect([...model.stateDict().keys()]).toEqual([...make().stateDict().keys()])
  })

  it('leaves what would be drawn at zeros, and what is constant as it is', () => {
    const [, linear, , norm] = skipInit(make)
    expect(linear?.getParameter('weight').any().item()).toBe(0)
    expect(norm?.getParameter('weight').toArray()).toEqual([1, 1])
  })

  it('gives what its function returns, which then takes a state dict', () => {
    const from = make()
    const to = skipInit(make)
    to.loadStateDict(from.stateDict())
    expect([...to.stateDict().values()].map(String)).toEqual([...from.stateDict().values()].map(String))
  })

  it('ends with its function, also if that throws, and may be nested', () => {
    const drawn = (tensor: Tensor): boolean => tensor.any().item() === 1
    expect(() =>
      skipInit(() => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(drawn(new Linear(2, 2).weight)).toBe(true)
    class Outer extends Module {
      inner = skipInit(() => new Linear(2, 2))
      head = new Linear(2, 2)
    }
    const outer = skipInit(() => new Outer())
    expect([drawn(outer.inner.weight), drawn(outer.head.weight)]).toEqual([false, false])
    expect([drawn(new Outer().inner.weight), drawn(new Outer().head.weight)]).toEqual([false, true])
    expect(drawn(uniform_(ones([2]), 1, 2))).toBe(true)
    expect(rand([1]).item()).toBeLessThan(1)
  })
})
