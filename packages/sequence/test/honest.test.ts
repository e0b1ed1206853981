import { type HostEngine, reference, setDefaultEngine } from '@unroll/kernels'
import { Linear, type Module, Sequential } from '@unroll/nn'
import {
  GRU,
  LSTM,
  type PackedSequence,
  packPaddedSequence,
  RNN,
  RNNBase,
  SelectOutput,
} from '@unroll/sequence'
import { randn, type Tensor } from '@unroll/tensor'
import { refusing } from '@unroll/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const layers: readonly (readonly [string, () => Module])[] = [
  ['RNN', () => new RNN(3, 4, { nonlinearity: 'relu' })],
  ['LSTM, in training with dropout', () => new LSTM(3, 4, { numLayers: 2, dropout: 0.5, projSize: 2 })],
  ['GRU', () => new GRU(3, 4, { bidirectional: true, batchFirst: true })],
  ['RNNBase', () => new RNNBase('LSTM', 3, 4)],
  ['Sequential', () => new Sequential(new LSTM(3, 4), new SelectOutput('last'), new Linear(4, 2))],
]

const inputs: readonly (readonly [string, () => Tensor | PackedSequence])[] = [
  ['padded', () => randn([5, 2, 3])],
  ['packed', () => packPaddedSequence(randn([5, 3, 3]), [2, 5, 3], { enforceSorted: false })],
  ['unbatched', () => randn([5, 3])],
]

describe('where the default engine refuses everything', () => {
  let asked: string[] = []
  beforeEach(() => {
    const standard = refusing<HostEngine>(reference)
    asked = standard.asked
    setDefaultEngine(standard.object)
  })
  afterEach(() => setDefaultEngine(null))

  for (const [title, make] of layers) {
    it.each(inputs)(`${title} computes %s sequences on the engine it was moved to`, async (_, input) => {
      const layer = make().to(reference)
      const x = input()
      asked.length = 0
      const first = Reflect.apply(layer.forward, layer, [x])
      await Reflect.apply(layer.forwardAsync, layer, [x])
      expect(first).toBeDefined()
      expect(asked).toEqual([])
      expect(() => Reflect.apply(make().forward, make(), [x])).toThrow('refused')
    })
  }
})
