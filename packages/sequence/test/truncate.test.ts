import { arange, manualSeed, randn, type Tensor, tensor, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { GRU, LSTM, truncate } from '../src/index.ts'

describe('truncate', () => {
  it('cuts along time, and the last chunk may be shorter', () => {
    const x = arange(14).to('float32').reshape([7, 2])
    const chunks = []
    for (const chunk of truncate<'GRU'>(x, null, 3)) {
      chunks.push([chunk.start, chunk.length, chunk.input.toArray()])
      chunk.carry(zeros([1, 1]))
    }
    expect(chunks).toEqual([
      [0, 3, x.narrow(0, 0, 3).toArray()],
      [3, 3, x.narrow(0, 3, 3).toArray()],
      [6, 1, x.narrow(0, 6, 1).toArray()],
    ])
  })

  it.each([false, true])('computes what the whole sequence does, batchFirst %s', (batchFirst) => {
    manualSeed(0)
    const lstm = new LSTM(2, 3, { batchFirst, numLayers: 2 })
    const x = batchFirst ? randn([4, 10, 2]) : randn([10, 4, 2])
    const dim = batchFirst ? 1 : 0
    const [whole, [hn, cn]] = lstm.forward(x)
    let last: readonly [Tensor, Tensor] | null = null
    for (const chunk of truncate<'LSTM'>(x, null, 4, { batchFirst })) {
      const [output, state] = lstm.forward(chunk.input, chunk.hx)
      expect(output).toBeAllclose(whole.narrow(dim, chunk.start, chunk.length))
      chunk.carry(state)
      last = state
    }
    expect(last?.[0]).toBeAllclose(hn)
    expect(last?.[1]).toBeAllclose(cn)
  })

  it('lets each chunk be walked back on its own', () => {
    const gru = new GRU(2, 3)
    for (const chunk of truncate<'GRU'>(randn([6, 2]), zeros([1, 3]), 2)) {
      const [output, hn] = gru.forward(chunk.input, chunk.hx)
      chunk.carry(hn)
      output.sum().backward()
      expect(chunk.hx?.requiresGrad).toBe(false)
    }
    expect(gru.getParameter('weight_hh_l0').grad).not.toBeNull()
  })

  it('says so if a state was not carried', () => {
    const walk = () => {
      for (const _ of truncate(zeros([6, 2]), null, 2));
    }
    expect(walk).toThrow(
      'truncate: the state after timestep 1 was not carried; call chunk.carry(hn) in the loop',
    )
  })

  it('refuses wrong arguments', () => {
    const call = (...args: unknown[]) => Reflect.apply(truncate, null, args)
    expect(() => call([1], null, 2)).toThrow(TypeError)
    expect(() => call(tensor([1]), null, 2)).toThrow('truncate: expected x of 2 or 3 dimensions, got (1)')
    expect(() => call(zeros([2, 2]), null, 0)).toThrow(RangeError)
    expect(() => call(zeros([2, 2]), null, 1, { batchfirst: true })).toThrow(TypeError)
  })
})
