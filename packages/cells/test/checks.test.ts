import { type DeviceEngine, reference } from '@unroll/kernels'
import { ones, RuntimeError, type Tensor, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { GRUCell, LSTMCell, RNNCell } from '../src/index.ts'
import { type Cell, step } from './fixtures.ts'

type ErrorClass = new (message: string) => Error

function expectThrows(act: () => unknown, error: ErrorClass, message: string): void {
  expect(act).toThrow(error)
  expect(act).toThrow(message)
}

/** Makes a cell with any arguments, as a caller from JavaScript may. */
function make(type: new (...args: never[]) => Cell, ...args: unknown[]): unknown {
  return Reflect.construct(type, args)
}

describe('the constructors refuse', () => {
  const refused: [what: string, act: () => unknown, error: ErrorClass, message: string][] = [
    [
      'a bias that is not boolean',
      () => make(GRUCell, 3, 4, { bias: 1 }),
      TypeError,
      'GRUCell: expected bias',
    ],
    [
      'an inputSize that is not whole',
      () => new LSTMCell(2.5, 4),
      TypeError,
      'a whole number, got number 2.5',
    ],
    ['an inputSize of 0', () => new LSTMCell(0, 4), RangeError, 'inputSize to be greater than 0, got 0'],
    [
      'a hiddenSize in words',
      () => make(RNNCell, 3, '4'),
      TypeError,
      'hiddenSize to be a whole number, got string "4"',
    ],
    [
      'a negative hiddenSize',
      () => new RNNCell(3, -4),
      RangeError,
      'hiddenSize to be greater than 0, got -4',
    ],
    [
      'an unknown nonlinearity',
      () => make(RNNCell, 3, 4, { nonlinearity: 'elu' }),
      RangeError,
      'tanh or relu, got string "elu"',
    ],
    [
      'a nonlinearity for GRU',
      () => make(GRUCell, 3, 4, { nonlinearity: 'tanh' }),
      TypeError,
      'got nonlinearity',
    ],
    [
      'a dtype that is not computed with',
      () => make(GRUCell, 3, 4, { dtype: 'int64' }),
      TypeError,
      'got string "int64"',
    ],
    ['first a wrong bias, then wrong sizes', () => make(GRUCell, 0, 4.5, { bias: 1 }), TypeError, 'bias'],
    ['first a wrong inputSize, then a wrong hiddenSize', () => new GRUCell(0, 4.5), RangeError, 'inputSize'],
  ]
  it.each(refused)('%s', (_, act, error, message) => expectThrows(act, error, message))
})

describe.each<[string, () => Cell]>([
  ['RNNCell', () => new RNNCell(3, 4)],
  ['LSTMCell', () => new LSTMCell(3, 4)],
  ['GRUCell', () => new GRUCell(3, 4)],
])('%s.forward refuses', (name, makeOne) => {
  const cell = makeOne()
  const states = (...hx: Tensor[]): Tensor[] => (name === 'LSTMCell' ? [...hx, ...hx].slice(0, 2) : hx)
  const label = name === 'LSTMCell' ? 'hx[0]' : 'hidden'
  const refused: [what: string, input: Tensor, hx: Tensor | null, error: ErrorClass, message: string][] = [
    ['3-D input', zeros([1, 2, 3]), null, RangeError, 'input to be 2-D, or 1-D unbatched, got 3-D (1, 2, 3)'],
    ['a scalar', zeros([]), null, RangeError, 'got 0-D ()'],
    [
      'a 3-D state',
      zeros([2, 3]),
      zeros([1, 2, 4]),
      RangeError,
      `${label} to be 2-D, or 1-D unbatched, got 3-D`,
    ],
    ['a wrong input size', zeros([2, 5]), null, RuntimeError, 'input of shape (2, 3), got (2, 5)'],
    ['a wrong input size unbatched', zeros([5]), null, RuntimeError, 'input of shape (3), got (5)'],
    [
      'a wrong input size of no batch',
      zeros([0, 5]),
      null,
      RuntimeError,
      'input of shape (0, 3), got (0, 5)',
    ],
    [
      'another batch size',
      zeros([2, 3]),
      zeros([3, 4]),
      RuntimeError,
      `${label} of shape (2, 4), got (3, 4)`,
    ],
    [
      'a state to broadcast',
      zeros([2, 3]),
      zeros([1, 4]),
      RuntimeError,
      `${label} of shape (2, 4), got (1, 4)`,
    ],
    ['an unbatched state', zeros([2, 3]), zeros([4]), RuntimeError, `${label} of shape (2, 4), got (4)`],
    ['a batched state', zeros([3]), zeros([1, 4]), RuntimeError, `${label} of shape (4), got (1, 4)`],
    [
      'a wrong hidden size',
      zeros([2, 3]),
      zeros([2, 5]),
      RuntimeError,
      `${label} of shape (2, 4), got (2, 5)`,
    ],
    [
      'input of another dtype',
      zeros([2, 3], { dtype: 'float64' }),
      null,
      RuntimeError,
      'input of dtype float32',
    ],
    ['integers', zeros([2, 3], { dtype: 'int64' }), null, RuntimeError, 'got int64'],
    [
      'a state of another dtype',
      zeros([2, 3]),
      zeros([2, 4], { dtype: 'float64' }),
      RuntimeError,
      `${label} of dtype float32, as the weights, got float64; convert it with .to('float32')`,
    ],
    ['first the rank of the state, then the input size', zeros([2, 5]), zeros([]), RangeError, label],
    ['first the input size, then the state', zeros([2, 5]), zeros([3, 9]), RuntimeError, 'input of shape'],
    ['first shapes, then dtypes', zeros([2, 5], { dtype: 'float64' }), null, RuntimeError, 'input of shape'],
  ]

  it.each(refused)('%s', (_, input, hx, error, message) => {
    expectThrows(() => step(cell, input, hx && states(hx)), error, `${name}.forward: expected `)
    expectThrows(() => step(cell, input, hx && states(hx)), error, message)
  })

  it('what is no tensor', () => {
    expectThrows(
      () => Reflect.apply(cell.forward, cell, [[1, 2, 3]]),
      TypeError,
      'input to be a Tensor, got array of 3',
    )
  })

  it('a batch of nothing is fine', () => {
    expect(step(cell, zeros([0, 3]), null)[0]?.shape).toEqual([0, 4])
    expect(step(cell, zeros([0, 3]), states(zeros([0, 4])))[0]?.shape).toEqual([0, 4])
  })
})

describe('LSTMCell.forward refuses', () => {
  const cell = new LSTMCell(3, 4)
  const x = zeros([2, 3])
  const h = zeros([2, 4])
  const call = (hx: unknown): unknown => Reflect.apply(cell.forward, cell, [x, hx])

  it('a wrong cell state', () => {
    expectThrows(() => cell.forward(x, [h, zeros([2, 4, 1])]), RangeError, 'hx[1] to be 2-D')
    expectThrows(() => cell.forward(x, [h, zeros([3, 4])]), RuntimeError, 'hx[1] of shape (2, 4), got (3, 4)')
    expectThrows(() => cell.forward(x, [h, zeros([2, 5])]), RuntimeError, 'hx[1] of shape (2, 4), got (2, 5)')
    expectThrows(() => cell.forward(x, [h, h.to('float64')]), RuntimeError, 'hx[1] of dtype float32')
  })

  it('a state that is no pair', () => {
    expectThrows(() => call(h), TypeError, '[h, c]')
    expectThrows(() => call([h]), RuntimeError, '1 tensor')
    expectThrows(() => call([h, h, h]), RuntimeError, '3 tensors')
  })
})

describe('a cell on a device engine', () => {
  const device: DeviceEngine = {
    kind: 'device',
    training: null,
    name: 'toaster',
    variant: '',
    pack: reference.pack,
    recurrent: async (weights, call) => reference.recurrent(weights, call),
    matmul: async (operands) => reference.matmul(operands),
  }

  it.each([new RNNCell(3, 4), new LSTMCell(3, 4), new GRUCell(3, 4)])('%s must be awaited', async (cell) => {
    const want = step(cell.to(reference), ones([2, 3]), null).map(String)
    cell.to(device)
    expectThrows(
      () => step(cell, ones([2, 3]), null),
      RuntimeError,
      'engine toaster computes asynchronously; use await',
    )
    const got = await cell.forwardAsync(ones([2, 3]))
    expect((Array.isArray(got) ? got : [got]).map(String)).toEqual(want)
    await expect(cell.forwardAsync(ones([2, 9]))).rejects.toThrow(
      'forwardAsync: expected input of shape (2, 3)',
    )
  })
})

it('weights of 16 bits are refused with the way out', () => {
  const cell = new GRUCell(3, 4).to('float16')
  const x = zeros([2, 3], { dtype: 'float16' })
  expectThrows(() => cell.forward(x), TypeError, "cell.to('float32')")
})
