import { randn, type Tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { GRUCell, LSTMCell, RNNCell } from '../src/index.ts'

function prefixed(prefix: string, state: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(Array.from(state, ([name, tensor]) => [prefix + name, tensor]))
}

describe('fromStateDict', () => {
  const input = randn([2, 3])

  it('gives a cell that computes the same', () => {
    const [lstm, gru] = [new LSTMCell(3, 4), new GRUCell(3, 4, { bias: false })]
    const rnn = new RNNCell(3, 4, { nonlinearity: 'relu' })
    expect(LSTMCell.fromStateDict(lstm.stateDict()).forward(input)[1].toArray()).toEqual(
      lstm.forward(input)[1].toArray(),
    )
    const again = GRUCell.fromStateDict(prefixed('x.', gru.stateDict()), { prefix: 'x.' })
    expect(again.forward(input).toArray()).toEqual(gru.forward(input).toArray())
    expect(RNNCell.fromStateDict(rnn.stateDict(), { nonlinearity: 'relu' }).forward(input).toArray()).toEqual(
      rnn.forward(input).toArray(),
    )
  })

  it('refuses weights of another kind, or none', () => {
    expect(() => GRUCell.fromStateDict(new LSTMCell(2, 3).stateDict())).toThrow(
      'these are the weights of a LSTMCell',
    )
    expect(() => RNNCell.fromStateDict(prefixed('y.', new RNNCell(2, 3).stateDict()))).toThrow(
      "got them under the prefixes 'y.'",
    )
  })
})
