import {
  GRU,
  Linear,
  LSTM,
  LSTMCell,
  Module,
  manualSeed,
  ones,
  packPaddedSequence,
  padPackedSequence,
  rand,
  stack,
  type Tensor,
  zeros,
} from '@unroll/torch'
import { describe, expect, it } from 'vitest'

describe('one import', () => {
  it('runs a layer, its hidden state given', () => {
    manualSeed(0)
    const lstm = new LSTM(10, 20, { numLayers: 2 })
    const [output, [hn, cn]] = lstm.forward(rand([5, 3, 10]), [zeros([2, 3, 20]), zeros([2, 3, 20])])
    expect([output.shape, hn.shape, cn.shape]).toEqual([
      [5, 3, 20],
      [2, 3, 20],
      [2, 3, 20],
    ])
  })

  it('steps a cell through a sequence to the same end as the layer', () => {
    const [lstm, cell] = [new LSTM(4, 6), new LSTMCell(4, 6)]
    cell.loadStateDict(
      new Map([...lstm.stateDict()].map(([name, weight]) => [name.replace('_l0', ''), weight])),
    )
    const input = rand([5, 2, 4])
    const outputs: Tensor[] = []
    let hx: readonly [Tensor, Tensor] = [zeros([2, 6]), zeros([2, 6])]
    for (const xt of input) {
      hx = cell.forward(xt, hx)
      outputs.push(hx[0])
    }
    expect(stack(outputs)).toBeAllclose(lstm.forward(input)[0])
  })

  it('copies a model of several modules through its state dict', () => {
    class Classifier extends Module {
      readonly gru = new GRU(3, 5, { bidirectional: true, batchFirst: true })
      readonly head = new Linear(10, 2)

      override forward(x: Tensor, lengths: readonly number[]): Tensor {
        const packed = packPaddedSequence(x, lengths, { batchFirst: true, enforceSorted: false })
        const [output] = this.gru.forward(packed)
        return this.head.forward(padPackedSequence(output, { batchFirst: true })[0]).softmax(2)
      }
    }
    const [model, copy] = [new Classifier(), new Classifier()]
    copy.loadStateDict(model.stateDict())
    const x = ones([2, 4, 3])
    expect([...model.stateDict().keys()].slice(-3)).toEqual([
      'gru.bias_hh_l0_reverse',
      'head.weight',
      'head.bias',
    ])
    expect(copy.forward(x, [2, 4])).toBeAllclose(model.forward(x, [2, 4]))
  })
})
