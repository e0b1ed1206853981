import { reference } from '@unroll/kernels'
import { manualSeed, ones, randn } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { BatchNorm1d, Linear, Module, Sequential, StateDictError, Tanh } from '../src/index.ts'

function make(seed: number): Sequential<[Linear, BatchNorm1d, Tanh]> {
  manualSeed(seed)
  return new Sequential(new Linear(3, 4), new BatchNorm1d(4), new Tanh())
}

describe('modules', () => {
  it('are equal where what they are made of is, whatever they computed meanwhile', () => {
    const [a, b] = [make(1).eval(), make(1).eval()]
    expect(a).toEqual(b)
    a.forward(randn([2, 3]))
    a.to(reference)
    a.registerForwardHook(() => undefined).remove()
    expect(a).toEqual(b)
    expect(a).toStrictEqual(b)
  })

  it('are not equal where a weight, a buffer or an option differs', () => {
    const a = make(1)
    expect(make(2)).not.toEqual(a)
    const counted = make(1)
    counted.forward(randn([2, 3]))
    expect(counted).not.toEqual(make(1))
    expect(make(1).eval()).not.toEqual(a)
    expect(new Linear(1, 2, { bias: false })).not.toEqual(new Linear(1, 2))
  })

  it('show their properties alone to consoles, spreads and clones', () => {
    const linear = new Linear(2, 2)
    linear.forward(ones([2]))
    linear.to(reference)
    linear.registerForwardHook(() => undefined)
    expect(Object.keys(linear)).toEqual(['training', 'inFeatures', 'outFeatures', 'weight', 'bias'])
    expect(Object.keys(new Module())).toEqual(['training'])
    expect(Object.keys({ ...linear })).toEqual(Object.keys(linear))
    const hidden = [...Object.getOwnPropertyNames(linear), ...Object.getOwnPropertySymbols(linear)].filter(
      (key) => !Object.keys(linear).includes(String(key)),
    )
    // Private state is a function: nothing can look into it or wrap it.
    expect(hidden.every((key) => typeof Reflect.get(linear, key) === 'function')).toBe(true)
    expect(linear.namedParameters().map(([name]) => name)).toEqual(['weight', 'bias'])
  })

  it('throw errors that can be cloned', () => {
    const state = new Linear(2, 2).stateDict()
    state.delete('bias')
    try {
      new Linear(2, 2).loadStateDict(state)
      throw new Error('expected an error')
    } catch (error) {
      expect(error).toBeInstanceOf(StateDictError)
      const clone: unknown = structuredClone(error)
      expect(clone instanceof Error && clone.message).toContain('missing keys: "bias"')
    }
  })
})
