import { tensor, zeros } from '@unroll/tensor'
import { call, construct, faultOf, type WrongCall } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import * as cells from '../src/index.ts'

// Wrong calls from plain JavaScript, as people make them who know PyTorch or guess. None is accepted, and none fails
// with an error of the JavaScript engine.

const { GRUCell, LSTMCell, RNNCell } = cells
const kinds = { RNNCell, LSTMCell, GRUCell }

const x = zeros([2, 3])
const h = zeros([2, 4])
const weights = { weightIh: zeros([16, 3]), weightHh: zeros([16, 4]) }

const ofEvery = Object.entries(kinds).flatMap(([name, kind]): WrongCall[] => {
  const cell = new kind(3, 4)
  const state = cell.stateDict()
  const forward = (...args: readonly unknown[]): unknown => call(cell, 'forward', ...args)
  return [
    [`new ${name}(4, 8, false)`, () => construct(kind, 4, 8, false)],
    [`new ${name}(4, 8, true, 'relu')`, () => construct(kind, 4, 8, true, 'relu')],
    [`new ${name}('4', 8)`, () => construct(kind, '4', 8)],
    [`new ${name}(4, NaN)`, () => construct(kind, 4, Number.NaN)],
    [`new ${name}(0, 8)`, () => construct(kind, 0, 8)],
    [`new ${name}(4, -8)`, () => construct(kind, 4, -8)],
    [`new ${name}(4.5, 8)`, () => construct(kind, 4.5, 8)],
    [`new ${name}(4)`, () => construct(kind, 4)],
    [`new ${name}()`, () => construct(kind)],
    [`new ${name}({ inputSize: 4, hiddenSize: 8 })`, () => construct(kind, { inputSize: 4, hiddenSize: 8 })],
    [`new ${name}(4, 8, { biass: false })`, () => construct(kind, 4, 8, { biass: false })],
    [`new ${name}(4, 8, { bias: 'no' })`, () => construct(kind, 4, 8, { bias: 'no' })],
    [`new ${name}(4, 8, { dtype: 'float16' })`, () => construct(kind, 4, 8, { dtype: 'float16' })],
    [`new ${name}(4, 8, { dtype: null })`, () => construct(kind, 4, 8, { dtype: null })],
    [`new ${name}(4, 8, { batchFirst: true })`, () => construct(kind, 4, 8, { batchFirst: true })],
    [`new ${name}(4, 8, new Map())`, () => construct(kind, 4, 8, new Map())],
    [`new ${name}(4, 8, 2)`, () => construct(kind, 4, 8, 2)],
    [`${name}.forward()`, () => forward()],
    [`${name}.forward([[1, 2, 3]])`, () => forward([[1, 2, 3]])],
    [`${name}.forward(Float32Array)`, () => forward(new Float32Array(3))],
    [`${name}.forward([output, hn])`, () => forward([x, h])],
    [`${name}.forward(promise)`, () => forward(Promise.resolve(x))],
    [`${name}.forward(x, false)`, () => forward(x, false)],
    [`${name}.forward(x, 0)`, () => forward(x, 0)],
    [`${name}.forward(x, '')`, () => forward(x, '')],
    [`${name}.forward(x, [[0, 0, 0, 0]])`, () => forward(x, [[0, 0, 0, 0]])],
    [`${name}.forward(x, promise)`, () => forward(x, Promise.resolve(h))],
    [`${name}.forward(x, Float32Array)`, () => forward(x, new Float32Array(4))],
    [`${name}.forward(x, { h })`, () => forward(x, { h })],
    [`${name}.forward(integers)`, () => forward(tensor([1n, 2n, 3n]))],
    [`${name}.forwardAsync([[1, 2, 3]])`, () => call(cell, 'forwardAsync', [[1, 2, 3]])],
    [`${name}.forwardAsync(x, 0)`, () => call(cell, 'forwardAsync', x, 0)],
    [`${name}.fromStateDict()`, () => call(kind, 'fromStateDict')],
    [`${name}.fromStateDict('cell.pt')`, () => call(kind, 'fromStateDict', 'cell.pt')],
    [`${name}.fromStateDict(loadWeights(file))`, () => call(kind, 'fromStateDict', Promise.resolve(state))],
    [`${name}.fromStateDict(cell)`, () => call(kind, 'fromStateDict', cell)],
    [`${name}.fromStateDict({ weight_ih: [[1]] })`, () => call(kind, 'fromStateDict', { weight_ih: [[1]] })],
    [`${name}.fromStateDict(new Map())`, () => call(kind, 'fromStateDict', new Map())],
    [`${name}.fromStateDict(state, 'decoder.')`, () => call(kind, 'fromStateDict', state, 'decoder.')],
    [`${name}.fromStateDict(state, { prefix: 0 })`, () => call(kind, 'fromStateDict', state, { prefix: 0 })],
    [
      `${name}.fromStateDict(state, { prefx: 'a' })`,
      () => call(kind, 'fromStateDict', state, { prefx: 'a' }),
    ],
    [
      `${name}.fromStateDict(state, { layer: '0' })`,
      () => call(kind, 'fromStateDict', state, { layer: '0' }),
    ],
    [`${name}.fromStateDict(state, { layer: -1 })`, () => call(kind, 'fromStateDict', state, { layer: -1 })],
    [
      `${name}.fromStateDict(state, { direction: 'backward' })`,
      () => call(kind, 'fromStateDict', state, { direction: 'backward' }),
    ],
    [
      `${name}.fromStateDict(state, { dtype: 'int8' })`,
      () => call(kind, 'fromStateDict', state, { dtype: 'int8' }),
    ],
  ]
})

const single: readonly WrongCall[] = [
  ["new RNNCell(4, 8, 'relu')", () => construct(RNNCell, 4, 8, 'relu')],
  ["new RNNCell(4, 8, { nonlinearity: 'elu' })", () => construct(RNNCell, 4, 8, { nonlinearity: 'elu' })],
  [
    'new RNNCell(4, 8, { nonlinearity: Math.tanh })',
    () => construct(RNNCell, 4, 8, { nonlinearity: Math.tanh }),
  ],
  ["new LSTMCell(4, 8, { nonlinearity: 'relu' })", () => construct(LSTMCell, 4, 8, { nonlinearity: 'relu' })],
  ['lstmCell.forward(x, h)', () => call(new LSTMCell(3, 4), 'forward', x, h)],
  ['lstmCell.forward(x, h, c)', () => call(new LSTMCell(3, 4), 'forward', x, h, h)],
  ['lstmCell.forward(x, [h])', () => call(new LSTMCell(3, 4), 'forward', x, [h])],
  ['lstmCell.forward(x, [h, null])', () => call(new LSTMCell(3, 4), 'forward', x, [h, null])],
  ['gruCell.forward(x, [h])', () => call(new GRUCell(3, 4), 'forward', x, [h])],
]

const functions = ['rnnCell', 'lstmCell', 'gruCell'].flatMap((name): WrongCall[] => {
  const state = name === 'lstmCell' ? [h, h] : h
  const run = (...args: readonly unknown[]): unknown => call(cells, name, ...args)
  return [
    [`${name}()`, () => run()],
    [`${name}(x)`, () => run(x)],
    [`${name}([[1, 2, 3]], h, weights)`, () => run([[1, 2, 3]], state, weights)],
    [`${name}(x, null, weights)`, () => run(x, null, weights)],
    [`${name}(x, [1], weights)`, () => run(x, [1], weights)],
    [`${name}(x, h)`, () => run(x, state)],
    [`${name}(x, h, null)`, () => run(x, state, null)],
    [`${name}(x, h, weightIh)`, () => run(x, state, weights.weightIh)],
    [`${name}(x, h, cell)`, () => run(x, state, new GRUCell(3, 4))],
    [`${name}(x, h, {})`, () => run(x, state, {})],
    [`${name}(x, h, { weight_ih, weight_hh })`, () => run(x, state, { weight_ih: x, weight_hh: h })],
    [`${name}(x, h, { ...weights, biasIh: 0 })`, () => run(x, state, { ...weights, biasIh: 0 })],
    [`${name}(x, h, stateDict)`, () => run(x, state, new GRUCell(3, 4).stateDict())],
  ]
})

const more: readonly WrongCall[] = [
  ["rnnCell(x, h, weights, 'elu')", () => call(cells, 'rnnCell', x, h, weights, 'elu')],
  ['lstmCell(x, h, weights)', () => call(cells, 'lstmCell', x, h, weights)],
  ['lstmCell(x, [h], weights)', () => call(cells, 'lstmCell', x, [h], weights)],
]

describe('wrong calls', () => {
  it.each([...ofEvery, ...single, ...functions, ...more])('%s', async (_code, act) => {
    expect(await faultOf(act)).toBeNull()
  })
})
