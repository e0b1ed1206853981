import { manualSeed, randn } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { GRU, LSTM, packPaddedSequence, RNN, type RNNBase } from '../src/index.ts'

const x = () => randn([5, 3, 2], { dtype: 'float64' })

describe('a trace', () => {
  it.each([
    ['RNN', () => new RNN(2, 3, { dtype: 'float64', numLayers: 2 }), []],
    [
      'LSTM',
      () => new LSTM(2, 4, { dtype: 'float64', bidirectional: true, projSize: 3 }),
      ['i', 'f', 'g', 'o'],
    ],
    ['GRU', () => new GRU(2, 3, { dtype: 'float64', batchFirst: true }), ['r', 'z', 'n']],
  ])('of %s has the results of forward, and the gates of each timestep', (_, make, gates) => {
    manualSeed(0)
    const layer: RNNBase = make()
    const input = x()
    const { results, steps } = layer.trace(input)
    const [output, hn] = layer.forward(input)
    expect(results[0]).toBeAllclose(output)
    expect([results[1]].flat()).toHaveLength([hn].flat().length)
    const timesteps = layer.batchFirst ? 3 : 5
    expect(steps).toHaveLength(timesteps * layer.numLayers * (layer.bidirectional ? 2 : 1))
    for (const step of steps) expect(Object.keys(step.gates)).toEqual(gates)
  })

  it('has the gradients of each timestep after backward', () => {
    manualSeed(0)
    const lstm = new LSTM(2, 3, { dtype: 'float64' })
    const input = x()
    const { results, steps } = lstm.trace(input)
    const [output] = results
    if (!('select' in output)) throw new TypeError('expected a tensor')
    output.select(0, 4).sum().backward()
    const norms = steps.map(({ h }) => h.grad?.pow(2).sum().item() ?? 0)
    expect(norms[4]).toBe(9)
    expect(norms.every((norm) => norm > 0)).toBe(true)
    const weight = lstm.getParameter('weight_ih_l0')
    const traced = weight.grad
    lstm.zeroGrad()
    lstm.forward(input)[0].select(0, 4).sum().backward()
    if (traced === null) throw new TypeError('expected a gradient')
    expect(weight.grad).toBeAllclose(traced)
  })

  it('takes packed sequences: rows are those that still run', () => {
    const gru = new GRU(2, 3, { dtype: 'float64' })
    const packed = packPaddedSequence(x(), [5, 2, 1])
    const { results, steps } = gru.trace(packed)
    expect(steps.map(({ h }) => h.size(0))).toEqual([3, 2, 1, 1, 1])
    const [output] = results
    if (!('batchSizes' in output)) throw new TypeError('expected a packed sequence')
    expect(output.data).toBeAllclose(gru.forward(packed)[0].data)
  })
})
