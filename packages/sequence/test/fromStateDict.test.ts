import { manualSeed, rand, randn, type Tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { GRU, LSTM, RNN } from '../src/index.ts'

function prefixed(prefix: string, state: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(Array.from(state, ([name, tensor]) => [prefix + name, tensor]))
}

describe('fromStateDict gives a layer that computes the same', () => {
  it.each([
    {},
    { numLayers: 3 },
    { bidirectional: true, numLayers: 2 },
    { bias: false },
    { projSize: 2, bidirectional: true },
    { dtype: 'float64' },
    { batchFirst: true },
  ] as const)('LSTM %j', (options) => {
    const lstm = new LSTM(3, 5, options)
    const { batchFirst = false } = { batchFirst: false, ...options }
    const again = LSTM.fromStateDict(lstm.stateDict(), { batchFirst })
    expect(String(again)).toBe(String(lstm))
    const input = randn([4, 2, 3], { dtype: 'dtype' in options ? options.dtype : 'float32' })
    expect(again.forward(input)[0].toArray()).toEqual(lstm.forward(input)[0].toArray())
  })

  it('GRU and RNN, under a prefix, among other weights', () => {
    const [gru, rnn] = [new GRU(3, 4, { numLayers: 2 }), new RNN(3, 4, { nonlinearity: 'relu' })]
    const state = new Map([
      ...prefixed('a.', gru.stateDict()),
      ...prefixed('b.', rnn.stateDict()),
      ['weight', randn([2])] as const,
    ])
    const input = randn([4, 2, 3])
    expect(GRU.fromStateDict(state, { prefix: 'a.' }).forward(input)[0].toArray()).toEqual(
      gru.forward(input)[0].toArray(),
    )
    const relu = RNN.fromStateDict(state, { prefix: 'b.', nonlinearity: 'relu' })
    expect(relu.forward(input)[0].toArray()).toEqual(rnn.forward(input)[0].toArray())
  })
})

describe('fromStateDict draws no weights', () => {
  it('and so leaves the seeded numbers to others', () => {
    const [lstm, gru, rnn] = [new LSTM(2, 3), new GRU(2, 3), new RNN(2, 3)].map((each) => each.stateDict())
    manualSeed(5)
    const next = rand([3]).toArray()
    manualSeed(5)
    if (lstm && gru && rnn) {
      LSTM.fromStateDict(lstm)
      GRU.fromStateDict(gru)
      RNN.fromStateDict(rnn)
    }
    expect(rand([3]).toArray()).toEqual(next)
  })
})

describe('fromStateDict refuses', () => {
  it('weights that are not there, naming the prefixes that are', () => {
    const state = prefixed('encoder.', new LSTM(2, 3).stateDict())
    expect(() => LSTM.fromStateDict(state)).toThrow("got them under the prefixes 'encoder.'")
    expect(() => LSTM.fromStateDict(new Map())).toThrow('got none among 0 tensors')
  })

  it('weights of another kind, naming it', () => {
    expect(() => LSTM.fromStateDict(new GRU(2, 3).stateDict())).toThrow(
      'LSTM.fromStateDict: expected weight_hh_l0 to have 4 * 3 rows, got 9: these are the weights of a GRU',
    )
  })

  it('a layer with a weight missing', () => {
    const state = new LSTM(2, 3, { numLayers: 2 }).stateDict()
    state.delete('weight_hh_l1')
    expect(() => LSTM.fromStateDict(state)).toThrow('missing keys: "weight_hh_l1"')
    const below = prefixed('encoder.', state)
    expect(() => LSTM.fromStateDict(below, { prefix: 'encoder.' })).toThrow(
      'missing keys: "encoder.weight_hh_l1"',
    )
  })
})
