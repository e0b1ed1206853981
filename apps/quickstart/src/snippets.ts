import { GRUCell, LSTMCell, RNNCell } from '@unroll/cells'
import type { Module } from '@unroll/nn'
import { GRU, LSTM, RNN } from '@unroll/sequence'
import { randn, stack, type Tensor } from '@unroll/tensor'

/** What a snippet made, by the names that `tooling/oracle/quickstart/snippets.py` gives the same things. */
export interface Run {
  readonly module: Module
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly outputs: Readonly<Record<string, Tensor>>
}

function rnnCell(): Run {
  const rnn = new RNNCell(10, 20)
  const input = randn([6, 3, 10])
  const h0 = randn([3, 20])
  let hx = h0
  const steps: Tensor[] = []
  for (const xt of input) {
    hx = rnn.forward(xt, hx)
    steps.push(hx)
  }
  return { module: rnn, inputs: { input, h0 }, outputs: { output: stack(steps) } }
}

function rnn(): Run {
  const rnn = new RNN(10, 100, { batchFirst: true, numLayers: 2, bidirectional: true })
  const input = randn([2, 5, 10])
  const [output, hn] = rnn.forward(input)
  return { module: rnn, inputs: { input }, outputs: { output, hn } }
}

function lstmCell(): Run {
  const rnn = new LSTMCell(10, 20)
  const input = randn([2, 3, 10])
  const h0 = randn([3, 20])
  const c0 = randn([3, 20])
  let [hx, cx] = [h0, c0]
  const steps: Tensor[] = []
  for (const xt of input) {
    ;[hx, cx] = rnn.forward(xt, [hx, cx])
    steps.push(hx)
  }
  return { module: rnn, inputs: { input, h0, c0 }, outputs: { output: stack(steps), cn: cx } }
}

function lstm(): Run {
  const rnn = new LSTM(10, 20, { numLayers: 2 })
  const input = randn([5, 3, 10])
  const h0 = randn([2, 3, 20])
  const c0 = randn([2, 3, 20])
  const [output, [hn, cn]] = rnn.forward(input, [h0, c0])
  return { module: rnn, inputs: { input, h0, c0 }, outputs: { output, hn, cn } }
}

function gruCell(): Run {
  const rnn = new GRUCell(10, 20)
  const input = randn([6, 3, 10])
  const h0 = randn([3, 20])
  let hx = h0
  const steps: Tensor[] = []
  for (const xt of input) {
    hx = rnn.forward(xt, hx)
    steps.push(hx)
  }
  return { module: rnn, inputs: { input, h0 }, outputs: { output: stack(steps) } }
}

function gru(): Run {
  const rnn = new GRU(10, 20, { numLayers: 2 })
  const input = randn([5, 3, 10])
  const h0 = randn([2, 3, 20])
  const [output, hn] = rnn.forward(input, h0)
  return { module: rnn, inputs: { input, h0 }, outputs: { output, hn } }
}

/** The six classic snippets, in the order of PyTorch's pages. */
export const snippets = {
  RNNCell: rnnCell,
  RNN: rnn,
  LSTMCell: lstmCell,
  LSTM: lstm,
  GRUCell: gruCell,
  GRU: gru,
} as const satisfies Record<string, () => Run>
