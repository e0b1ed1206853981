import { Linear, Sequential, Tanh } from '@unroll/nn'
import { GRU, LSTM, RNN, SelectOutput } from '@unroll/sequence'
import { manualSeed, randn } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { floats } from './fixtures.ts'

describeEngines((engine) => {
  describe('a stream of a whole model', () => {
    it('gives at each timestep what forward gives at all of them', () => {
      manualSeed(1)
      const models = [
        new Sequential(
          new LSTM(3, 5, { numLayers: 2, projSize: 2 }),
          new SelectOutput('sequence'),
          new Linear(2, 4),
        ),
        new Sequential(new GRU(3, 5), new SelectOutput('sequence'), new Tanh(), new Linear(5, 2)),
        new Sequential(
          new Linear(3, 4),
          new RNN(4, 5, { nonlinearity: 'relu' }),
          new SelectOutput('sequence'),
          new LSTM(5, 6),
          new SelectOutput('sequence'),
        ),
      ]
      for (const model of models) {
        model.to(engine)
        const x = randn([6, 2, 3])
        const output = model.forward(x)
        const stream = model.stream({ batch: 2 })
        expect(stream.width).toBe(output.size(2))
        for (let t = 0; t < 6; t++) expect(stream.step(floats(x.at(t)))).toBeAllclose(output.at(t))
        stream.dispose()
      }
    })

    it('gives, where a model takes the last state, that of the sequence so far', () => {
      manualSeed(2)
      const model = new Sequential(new LSTM(3, 5), new SelectOutput('last'), new Linear(5, 2)).to(engine)
      const x = randn([4, 1, 3])
      const stream = model.stream()
      for (let t = 0; t < 4; t++) {
        expect(stream.step(floats(x.at(t)))).toBeAllclose(model.forward(x.slice(0, 0, t + 1)).at(0))
      }
    })

    it('gives the states of its layers, and starts anew from them', () => {
      manualSeed(3)
      const model = new Sequential(new LSTM(2, 3), new SelectOutput('last'), new GRU(3, 4)).to(engine)
      const stream = model.stream()
      const x = Float32Array.of(1, -1)
      const first = stream.step(x).slice()
      const states = stream.state
      expect(states).toHaveLength(2)
      const second = stream.step(x).slice()
      stream.reset(states)
      expect(stream.step(x)).toEqual(second)
      stream.reset()
      expect(stream.step(x)).toEqual(first)
    })
  })
})

it('a stream of two directions is refused, as is one without a layer before SelectOutput', () => {
  const model = new Sequential(new GRU(2, 3, { bidirectional: true }), new SelectOutput('last'))
  expect(() => model.stream()).toThrow('expected one direction')
  expect(() => new Sequential(new SelectOutput('last'), new Linear(3, 1)).stream()).toThrow(
    'SelectOutput stands first',
  )
})
