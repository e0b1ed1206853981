import { arange, type Tensor, tensor, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { describe as describeWeights, fromKeras, fromOnnx, type RecurrentKind } from '../../src/index.ts'

/** The gates' codes in the order of a framework's documentation, two rows each, three columns; as (rows, columns). */
function coded(gates: string, columns: number, offset = 0): Tensor {
  const rows = [...gates].flatMap((gate) => [0, 1].map((row) => gate.charCodeAt(0) * 10 + row + offset))
  return tensor(rows.map((row) => Array.from({ length: columns }, () => row)))
}

/** The contents of the rows. */
function gatesOf(weight: Tensor | undefined, offset = 0): string {
  const first = weight?.ndim === 2 ? weight.select(1, 0) : weight
  const codes = [...(first?.data ?? [])].map((code) => Number(code) - offset)
  for (const [i, code] of codes.entries()) expect(code % 10).toBe(i % 2)
  return codes.map((code) => String.fromCharCode(Math.floor(code / 10))).join('')
}

function numbersOf(weights: ReadonlyMap<string, Tensor>): unknown {
  return Array.from(weights, ([name, weight]) => [name, weight.toArray()])
}

// From the documentation of each framework: gates in its order, and in PyTorch's.
const keras: readonly [RecurrentKind, string, string][] = [
  ['LSTM', 'ifgo', 'iiffggoo'],
  ['GRU', 'zrn', 'rrzznn'],
  ['RNN', 'h', 'hh'],
]
const onnx: readonly [RecurrentKind, string, string][] = [
  ['LSTM', 'iofg', 'iiffggoo'],
  ['GRU', 'zrn', 'rrzznn'],
  ['RNN', 'h', 'hh'],
]

describe('fromKeras', () => {
  it.each(keras)('%s: gates %s become %s', (kind, order, want) => {
    const column = coded(order, 1).select(1, 0)
    const bias =
      kind === 'GRU'
        ? tensor([[...column.data].map(Number), [...column.data].map((code) => Number(code) + 5000)])
        : column
    const weights = fromKeras(
      kind,
      { kernel: coded(order, 3).t(), recurrentKernel: coded(order, 2).t(), bias },
      kind === 'RNN' ? {} : { recurrentActivation: 'sigmoid' },
    )
    expect(gatesOf(weights.get('weight_ih_l0'))).toBe(want)
    expect(gatesOf(weights.get('weight_hh_l0'))).toBe(want)
    expect(gatesOf(weights.get('bias_ih_l0'))).toBe(want)
    if (kind === 'GRU') expect(gatesOf(weights.get('bias_hh_l0'), 5000)).toBe(want)
    else expect(Math.max(...[...(weights.get('bias_hh_l0')?.data ?? [1])].map(Number))).toBe(0)
    expect(describeWeights(weights)).toMatchObject([{ kind, inputSize: 3, hiddenSize: 2, bias: true }])
  })

  const lstm = { kernel: coded('ifgo', 3).t(), recurrentKernel: coded('ifgo', 2).t() }
  const gru = { kernel: coded('zrn', 3).t(), recurrentKernel: coded('zrn', 2).t() }
  const rnn = { kernel: coded('h', 3).t(), recurrentKernel: coded('h', 2).t() }
  const sigmoid = { recurrentActivation: 'sigmoid' }

  it('takes a GRU without bias, if it is told its equations', () => {
    const weights = fromKeras('GRU', { ...gru, bias: null }, { ...sigmoid, resetAfter: true })
    expect([...weights.keys()]).toEqual(['weight_ih_l0', 'weight_hh_l0'])
  })

  it('takes the backward layer of a Bidirectional as the backward direction', () => {
    const options = { ...sigmoid, reverse: true }
    const weights = fromKeras('LSTM', lstm, options)
    expect([...weights.keys()]).toEqual(['weight_ih_l0_reverse', 'weight_hh_l0_reverse'])
    expect(numbersOf(fromKeras('LSTM', lstm, { ...options, goBackwards: true }))).toEqual(numbersOf(weights))
  })

  it('takes an RNN with relu', () => {
    expect(fromKeras('RNN', rnn, { activation: 'relu' }).size).toBe(2)
  })

  const wrong: readonly [string, RecurrentKind, unknown, unknown, RegExp][] = [
    [
      'another kind',
      'lstm' as RecurrentKind,
      lstm,
      sigmoid,
      /expected kind 'RNN', 'LSTM' or 'GRU', got string "lstm"/,
    ],
    ['shapes that do not fit', 'LSTM', gru, sigmoid, /expected kernel of shape \(3, 8\), got \(3, 6\)/],
    [
      'a GRU without reset_after',
      'GRU',
      { ...gru, bias: arange(6) },
      sigmoid,
      /expected a GRU with reset_after/,
    ],
    [
      'a bias that contradicts',
      'GRU',
      { ...gru, bias: arange(6) },
      { ...sigmoid, resetAfter: true },
      /expected bias of shape \(2, 3\*H\) with resetAfter: true, got \(6\)/,
    ],
    [
      'an LSTM with relu',
      'LSTM',
      lstm,
      { ...sigmoid, activation: 'relu' },
      /expected activation 'tanh', got string "relu"; PyTorch's LSTM has no other/,
    ],
    [
      'an RNN that is linear',
      'RNN',
      rnn,
      { activation: null },
      /expected activation 'tanh' or 'relu', got null/,
    ],
    [
      'other gates',
      'GRU',
      gru,
      { recurrentActivation: 'relu', resetAfter: true },
      /expected recurrentActivation 'sigmoid', got string "relu"/,
    ],
    ['gates of an RNN', 'RNN', rnn, sigmoid, /expected no recurrentActivation, since an RNN has no gates/],
    [
      'resetAfter of an LSTM',
      'LSTM',
      lstm,
      { ...sigmoid, resetAfter: true },
      /expected resetAfter of a GRU only, got it with an LSTM/,
    ],
    [
      'a layer that runs backwards alone',
      'LSTM',
      lstm,
      { ...sigmoid, goBackwards: true },
      /reverse its input along time yourself and leave goBackwards out/,
    ],
    [
      'a forward layer as the backward direction',
      'LSTM',
      lstm,
      { ...sigmoid, reverse: true, goBackwards: false },
      /a layer that runs forwards cannot become the backward direction/,
    ],
    [
      'options in Python',
      'LSTM',
      lstm,
      { recurrent_activation: 'sigmoid' },
      /got recurrent_activation; did you mean recurrentActivation\?/,
    ],
    ['no options object', 'LSTM', lstm, 1, /expected options to be a plain object, got number 1/],
    [
      'layers that are none',
      'LSTM',
      lstm,
      { ...sigmoid, layer: -1 },
      /expected layer to be a whole number from 0 on, got number -1/,
    ],
    [
      'weights in a list',
      'LSTM',
      [lstm.kernel],
      sigmoid,
      /expected weights as \{ kernel, recurrentKernel, bias \}, got array of 1/,
    ],
    [
      'weights under other names',
      'LSTM',
      { kernel: lstm.kernel, recurrent_kernel: lstm.recurrentKernel },
      sigmoid,
      /got recurrent_kernel among them/,
    ],
    [
      'a kernel that is missing',
      'LSTM',
      { kernel: lstm.kernel },
      sigmoid,
      /expected recurrentKernel to be a Tensor, got undefined/,
    ],
    [
      'a kernel of numbers',
      'LSTM',
      { ...lstm, kernel: [[1]] },
      sigmoid,
      /expected kernel to be a Tensor, got array of 1; make it one with tensor/,
    ],
    [
      'a tensor of TensorFlow.js',
      'LSTM',
      { ...lstm, bias: { shape: [8], dataSync: () => [] } },
      sigmoid,
      /expected bias to be a Tensor of @unroll\/tensor, got one of TensorFlow.js; write tensor\(bias.dataSync\(\), \{ shape: bias.shape \}\)/,
    ],
  ]
  it.each(wrong)('refuses %s', (_, kind, weights, options, message) => {
    // @ts-expect-error: what the types forbid
    expect(() => fromKeras(kind, weights, options)).toThrow(message)
  })

  it('places layers and directions', () => {
    const weights = fromKeras(
      'RNN',
      { kernel: coded('h', 3).t(), recurrentKernel: coded('h', 2).t() },
      { layer: 1, reverse: true },
    )
    expect([...weights.keys()]).toEqual(['weight_ih_l1_reverse', 'weight_hh_l1_reverse'])
  })
})

describe('fromOnnx', () => {
  it.each(onnx)('%s: gates %s become %s, in both directions', (kind, order, want) => {
    const rows = 2 * order.length
    const both = (forward: Tensor, backward: Tensor): Tensor =>
      tensor([...forward.data, ...backward.data].map(Number), { shape: [2, ...forward.shape] })
    const W = both(coded(order, 3), coded(order, 3, 5000))
    const R = both(coded(order, 2), coded(order, 2, 5000))
    const column = [...coded(order, 1).select(1, 0).data].map(Number)
    const bias = [...column, ...column.map((code) => code + 2000)]
    const B = tensor([bias, bias.map((code) => code + 5000)])
    const weights = fromOnnx(kind, { W, R, B }, kind === 'GRU' ? { linearBeforeReset: 1 } : {})
    expect(rows).toBe(want.length)
    expect(gatesOf(weights.get('weight_ih_l0'))).toBe(want)
    expect(gatesOf(weights.get('weight_hh_l0_reverse'), 5000)).toBe(want)
    expect(gatesOf(weights.get('bias_ih_l0_reverse'), 5000)).toBe(want)
    expect(gatesOf(weights.get('bias_hh_l0'), 2000)).toBe(want)
    expect(describeWeights(weights)).toMatchObject([
      { kind, bidirectional: true, inputSize: 3, hiddenSize: 2 },
    ])
  })

  const one = (order: string): { W: Tensor; R: Tensor } => ({
    W: coded(order, 3).view([1, 2 * order.length, 3]),
    R: coded(order, 2).view([1, 2 * order.length, 2]),
  })
  const [lstm, gru, rnn] = [one('iofg'), one('zrn'), one('h')]

  it('takes a node that runs backwards as the backward direction', () => {
    expect([...fromOnnx('RNN', rnn, { direction: 'reverse', layer: 1 }).keys()]).toEqual([
      'weight_ih_l1_reverse',
      'weight_hh_l1_reverse',
    ])
  })

  it('takes attributes that say what PyTorch does', () => {
    const plain = numbersOf(fromOnnx('LSTM', lstm))
    const activations = ['Sigmoid', 'Tanh', 'Tanh']
    expect(numbersOf(fromOnnx('LSTM', lstm, { direction: 'forward', activations, inputForget: 0 }))).toEqual(
      plain,
    )
    expect(numbersOf(fromOnnx('LSTM', { ...lstm, B: null, P: zeros([1, 6]) }, null))).toEqual(plain)
    expect(fromOnnx('RNN', rnn, { activations: ['Relu'] }).size).toBe(2)
    expect(fromOnnx('GRU', gru, { linearBeforeReset: true, activations: ['sigmoid', 'tanh'] }).size).toBe(2)
  })

  const wrong: readonly [string, RecurrentKind, unknown, unknown, RegExp][] = [
    [
      'a GRU as ONNX has it by default',
      'GRU',
      gru,
      {},
      /expected a GRU with linearBeforeReset: 1, got number 0, ONNX's default; .*lacks n = tanh\(W x \+ b \+ R \(r \* h\)\)/,
    ],
    [
      'hard sigmoid',
      'LSTM',
      lstm,
      { activations: ['HardSigmoid', 'Tanh', 'Tanh'] },
      /expected activations sigmoid, tanh, tanh, got HardSigmoid, Tanh, Tanh; PyTorch's LSTM has no other/,
    ],
    [
      'activations of one direction only',
      'RNN',
      rnn,
      { activations: ['Tanh', 'Relu'] },
      /expected activations tanh or relu, got Tanh, Relu/,
    ],
    ['activations that are no list', 'RNN', rnn, { activations: 'Tanh' }, /got string "Tanh"/],
    [
      'a clip',
      'LSTM',
      lstm,
      { clip: 3 },
      /expected a node without clip: 3; PyTorch's LSTM has no such equation/,
    ],
    ['coupled gates', 'LSTM', lstm, { inputForget: 1 }, /expected a node without inputForget: 1/],
    [
      'peepholes',
      'LSTM',
      { ...lstm, P: arange(6).view([1, 6]) },
      {},
      /expected a node without peepholes \(P\)/,
    ],
    [
      'directions that do not fit',
      'RNN',
      rnn,
      { direction: 'bidirectional' },
      /expected 2 directions with direction: 'bidirectional', got 1/,
    ],
    [
      'another direction',
      'RNN',
      rnn,
      { direction: 'backward' },
      /expected direction 'forward', 'reverse' or 'bidirectional', got string "backward"/,
    ],
    ['attributes in Python', 'GRU', gru, { linear_before_reset: 1 }, /did you mean linearBeforeReset\?/],
    ['no W', 'RNN', { R: rnn.R }, {}, /expected W to be a Tensor, got undefined/],
    ['a number for R', 'RNN', { ...rnn, R: arange(1).select(0, 0) }, {}, /expected 1 or 2 directions, got 0/],
  ]
  it.each(wrong)('refuses %s', (_, kind, weights, options, message) => {
    // @ts-expect-error: what the types forbid
    expect(() => fromOnnx(kind, weights, options)).toThrow(message)
  })
})
