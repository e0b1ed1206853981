import assert from 'node:assert/strict'
import { Linear, Sequential } from '@unroll/nn'
import { GRU, LSTM, PackedSequence, packSequence, padPackedSequence, SelectOutput } from '@unroll/sequence'
import { manualSeed, ones, randn } from '@unroll/tensor'
import { reactive, ref } from '@vue/reactivity'
import { produce } from 'immer'
import { describe, expect, it } from 'vitest'

/** Kinds of proxies between a user and an object. */
const proxies: Readonly<Record<string, <T extends object>(object: T) => T>> = {
  'a Proxy': (object) => new Proxy(object, {}),
  "Vue's reactive()": <T extends object>(object: T) => reactive(object) as T,
  "Vue's ref()": <T extends object>(object: T) => ref(object).value as T,
}

describe.each(Object.entries(proxies))('through %s', (_, through) => {
  it('a layer computes what it does without', async () => {
    manualSeed(1)
    const lstm = new LSTM(3, 4, { numLayers: 2, projSize: 2 })
    const x = randn([5, 2, 3])
    const want = lstm.forward(x)
    const held = through(lstm)
    expect(held.forward(x)).toEqual(want)
    expect(await held.forwardAsync(x, null)).toEqual(want)
    expect(held.forward(through(x), [through(ones([2, 2, 2])), ones([2, 2, 4])])).toEqual(
      lstm.forward(x, [ones([2, 2, 2]), ones([2, 2, 4])]),
    )
    expect(String(held)).toBe(String(lstm))
    held.flattenParameters()
    expect(held.allWeights.flat()).toHaveLength(10)
    expect(LSTM.fromStateDict(held.stateDict()).forward(x)).toEqual(want)
    held.dispose()
    expect(lstm.forward(x)).toEqual(want)
  })

  it('a packed sequence is read, and run through a layer', () => {
    const packed = packSequence([randn([2, 3]), randn([4, 3])], { enforceSorted: false })
    const held = through(packed)
    expect(held).toBeInstanceOf(PackedSequence)
    expect(padPackedSequence(held)).toEqual(padPackedSequence(packed))
    expect(held.to('float64').data.dtype).toBe('float64')
    const gru = new GRU(3, 4, { bidirectional: true })
    expect(gru.forward(held)).toEqual(gru.forward(packed))
  })

  it('a stream steps, whether its layer, it itself or a whole model is behind it', () => {
    const lstm = new LSTM(2, 3)
    const x = Float32Array.of(1, -1)
    const want = lstm.stream().step(x)
    expect(through(lstm).stream().step(x)).toEqual(want)
    const stream = through(lstm.stream())
    expect(stream.step(x)).toEqual(want)
    stream.reset(stream.state)
    stream.reset()
    expect(stream.step(x)).toEqual(want)
    stream.dispose()
    const model = new Sequential(lstm, new SelectOutput('last'), new Linear(3, 1))
    expect(through(model).stream().step(x)).toEqual(model.stream().step(x))
    expect(through(model).forward(ones([4, 1, 2]))).toEqual(model.forward(ones([4, 1, 2])))
  })
})

it('immer keeps layers and packed sequences as they are', () => {
  const state = { epoch: 1, lstm: new LSTM(2, 3), packed: packSequence([ones([2, 2])]) }
  const next = produce(state, (draft) => {
    draft.epoch = 2
  })
  expect(next.lstm).toBe(state.lstm)
  expect(next.packed).toBe(state.packed)
  expect(next.lstm.forward(next.packed)).toEqual(state.lstm.forward(state.packed))
})

it('node:assert finds equal packed sequences equal, and others not', () => {
  const make = (last: number): PackedSequence => packSequence([ones([2]), ones([1]).mul(last)])
  assert.deepEqual(make(1), make(1))
  assert.notDeepEqual(make(1), make(2))
  assert.notDeepEqual(make(1), packSequence([ones([2]), ones([1])], { enforceSorted: false }))
})
