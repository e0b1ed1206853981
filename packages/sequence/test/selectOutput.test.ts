import { Linear, Sequential, Softmax } from '@unroll/nn'
import { GRU, LSTM, packPaddedSequence, SelectOutput } from '@unroll/sequence'
import { cat, manualSeed, randn } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'

describe('SelectOutput', () => {
  it('takes the output of a sequence, or the last hidden states of both directions of the last layer', () => {
    manualSeed(1)
    const lstm = new LSTM(3, 4, { numLayers: 2, bidirectional: true, projSize: 2 })
    const results = lstm.forward(randn([5, 2, 3]))
    const [output, [hn]] = results
    expect(new SelectOutput('sequence').forward(results)).toBe(output)
    const last = new SelectOutput('last').forward(results)
    expect(last).toBeAllclose(cat([hn.at(2), hn.at(3)], -1), { rtol: 0, atol: 0 })
    expect(last.shape).toEqual([2, 4])
  })

  it('takes each sequence at its own end, and what is unbatched as it is', () => {
    manualSeed(2)
    const gru = new GRU(3, 4)
    const packed = packPaddedSequence(randn([5, 2, 3]), [3, 5], { enforceSorted: false })
    const results = gru.forward(packed)
    expect(new SelectOutput('last').forward(results)).toBeAllclose(results[1].at(0), { rtol: 0, atol: 0 })
    expect(() => new SelectOutput('sequence').forward(results)).toThrow("take 'last', or unpack it")
    expect(new SelectOutput('last').forward(gru.forward(randn([5, 3]))).shape).toEqual([4])
  })

  it('stands between a recurrent layer and a Linear, on host engines too', async () => {
    manualSeed(3)
    const model = new Sequential(new LSTM(3, 4), new SelectOutput('last'), new Linear(4, 2), new Softmax(1))
    const x = randn([5, 2, 3])
    expect((await model.forwardAsync(x)).sum(1)).toBeAllclose([1, 1])
    expect(await model.forwardAsync(x)).toBeAllclose(model.forward(x), { rtol: 0, atol: 0 })
  })

  it('is named where it is missing', () => {
    const model = new Sequential(new LSTM(3, 4), new Linear(4, 2))
    expect(() => model.forward(randn([5, 2, 3]))).toThrow(
      'recurrent layers return [output, hn]: take the first, or put a SelectOutput behind the layer',
    )
  })

  it('refuses what no recurrent layer returns, and other selections', () => {
    // @ts-expect-error a tensor is not what a recurrent layer returns
    expect(() => new SelectOutput('last').forward(randn([2]))).toThrow(
      'expected [output, hn] of an RNN, LSTM or GRU',
    )
    // @ts-expect-error there are two
    expect(() => new SelectOutput('first')).toThrow('got string "first"')
    expect(() => new Softmax(0.5)).toThrow('whole number')
    expect([String(new SelectOutput('last')), String(new Softmax(-1))]).toEqual([
      "SelectOutput('last')",
      'Softmax(dim=-1)',
    ])
  })
})
