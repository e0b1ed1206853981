import { type DeviceEngine, reference } from '@unroll/kernels'
import { GRU, LSTM, packPaddedSequence, RNN, RNNBase } from '@unroll/sequence'
import { ones, RuntimeError, Tensor, zeros } from '@unroll/tensor'
import { afterEach, describe, expect, it, vi } from 'vitest'

type ErrorClass = new (message: string) => Error

/** Makes an object with any arguments, as a caller from JavaScript may. */
function make(type: new (...args: never[]) => unknown, ...args: unknown[]): unknown {
  return Reflect.construct(type, args)
}

function call(module: RNNBase, ...args: unknown[]): unknown {
  return Reflect.apply(module.forward, module, args)
}

function expectThrows(act: () => unknown, error: ErrorClass, message: string): void {
  expect(act).toThrow(error)
  expect(act).toThrow(message)
}

describe('the constructors refuse', () => {
  const refused: readonly [what: string, act: () => unknown, error: ErrorClass, message: string][] = [
    ['a dropout above 1', () => new LSTM(3, 4, { dropout: 1.5 }), RangeError, 'from 0 to 1'],
    ['a negative dropout', () => new GRU(3, 4, { dropout: -0.1 }), RangeError, 'got number -0.1'],
    ['a dropout of NaN', () => new RNN(3, 4, { dropout: Number.NaN }), RangeError, 'got number NaN'],
    ['a boolean dropout', () => make(LSTM, 3, 4, { dropout: true }), RangeError, 'got boolean true'],
    ['a dropout in words', () => make(LSTM, 3, 4, { dropout: '0.5' }), RangeError, 'got string "0.5"'],
    [
      'a bias that is not boolean',
      () => make(LSTM, 3, 4, { bias: 1 }),
      TypeError,
      'bias to be true or false, got number 1',
    ],
    [
      'a batchFirst that is not boolean',
      () => make(GRU, 3, 4, { batchFirst: 'yes' }),
      TypeError,
      'batchFirst',
    ],
    [
      'a bidirectional that is not boolean',
      () => make(GRU, 3, 4, { bidirectional: 2 }),
      TypeError,
      'bidirectional',
    ],
    [
      'an inputSize that is not whole',
      () => new LSTM(2.5, 4),
      TypeError,
      'inputSize to be a whole number, got number 2.5',
    ],
    ['an inputSize of 0', () => new LSTM(0, 4), RangeError, 'inputSize to be greater than 0, got 0'],
    [
      'a hiddenSize in words',
      () => make(RNN, 3, '4'),
      TypeError,
      'hiddenSize to be a whole number, got string "4"',
    ],
    ['a missing hiddenSize', () => make(RNN, 3), TypeError, 'hiddenSize to be a whole number, got undefined'],
    [
      'a negative hiddenSize',
      () => new RNN(3, -4),
      RangeError,
      'RNN: expected hiddenSize to be greater than 0, got -4',
    ],
    ['no layers', () => new GRU(3, 4, { numLayers: 0 }), RangeError, 'numLayers to be greater than 0, got 0'],
    [
      'half a layer',
      () => new GRU(3, 4, { numLayers: 1.5 }),
      TypeError,
      'numLayers to be a whole number, got number 1.5',
    ],
    ['a negative projSize', () => new LSTM(3, 4, { projSize: -1 }), RangeError, 'at least 0'],
    [
      'a projSize not below hiddenSize',
      () => new LSTM(3, 4, { projSize: 4 }),
      RangeError,
      'less than hiddenSize=4, got 4',
    ],
    [
      'a projSize that is not whole',
      () => new LSTM(3, 4, { projSize: 1.5 }),
      TypeError,
      'projSize to be a whole number',
    ],
    ['a projSize for GRU', () => make(GRU, 3, 4, { projSize: 2 }), RangeError, 'GRU: expected no projSize'],
    [
      'a projSize for RNN, even 0',
      () => make(RNN, 3, 4, { projSize: 0 }),
      RangeError,
      'RNN: expected no projSize',
    ],
    [
      'a projSize for a GRU base',
      () => new RNNBase('GRU', 3, 4, { projSize: 2 }),
      RangeError,
      'expected no projSize',
    ],
    [
      'an unknown nonlinearity',
      () => make(RNN, 3, 4, { nonlinearity: 'elu' }),
      RangeError,
      'tanh or relu, got string "elu"',
    ],
    [
      'a nonlinearity for LSTM',
      () => make(LSTM, 3, 4, { nonlinearity: 'tanh' }),
      TypeError,
      'got nonlinearity',
    ],
    [
      "an option in Python's spelling",
      () => make(LSTM, 3, 4, { num_layers: 2 }),
      TypeError,
      'numLayers, bias',
    ],
    [
      'an unknown mode',
      () => make(RNNBase, 'LSTMM', 3, 4),
      RangeError,
      'RNN_TANH, RNN_RELU, LSTM or GRU, got string "LSTMM"',
    ],
    [
      'a dtype that is not computed with',
      () => make(LSTM, 3, 4, { dtype: 'int64' }),
      TypeError,
      'got string "int64"',
    ],
  ]

  it.each(refused)('%s', (_, act, error, message) => {
    expectThrows(act, error, message)
  })

  it('the first of several faults, in the order of PyTorch', () => {
    expectThrows(() => make(RNN, 0, 0, { nonlinearity: 'elu', projSize: 1 }), RangeError, 'projSize')
    expectThrows(() => make(RNN, 0, 0, { nonlinearity: 'elu', dropout: 2 }), RangeError, 'nonlinearity')
    expectThrows(() => make(LSTM, 0, 0, { dropout: 2, bias: 1 }), RangeError, 'dropout')
    expectThrows(() => make(LSTM, 0, 0, { bias: 1, batchFirst: 1 }), TypeError, 'bias')
    expectThrows(() => make(LSTM, 0, 0, { batchFirst: 1 }), TypeError, 'batchFirst')
    expectThrows(() => make(LSTM, 0, 2.5), RangeError, 'inputSize')
    expectThrows(() => make(LSTM, 1, 0, { numLayers: 0, projSize: -1 }), RangeError, 'hiddenSize')
    expectThrows(() => make(LSTM, 1, 2, { numLayers: 0, projSize: -1 }), RangeError, 'numLayers')
  })
})

describe('dropout with one layer', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('is a warning, before the other checks', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    new LSTM(3, 4, { dropout: 0.5 })
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      'LSTM: dropout acts between layers: dropout=0.5 has no effect with numLayers=1',
    )
    expect(() => new LSTM(3, 0, { dropout: 0.5 })).toThrow(RangeError)
    expect(warn).toHaveBeenCalledTimes(2)
    new LSTM(3, 4, { dropout: 0.5, numLayers: 2 })
    new LSTM(3, 4, { dropout: 0 })
    expect(warn).toHaveBeenCalledTimes(2)
  })
})

describe('forward refuses', () => {
  const lstm = new LSTM(3, 4, { numLayers: 2, projSize: 2 })
  const gru = new GRU(3, 4, { batchFirst: true })
  const rnn = new RNN(3, 4)
  const x = ones([5, 2, 3])
  const packed = packPaddedSequence(x, [5, 4])
  const refused: readonly [what: string, act: () => unknown, error: ErrorClass, message: string][] = [
    [
      'a 1-D input',
      () => lstm.forward(ones([3])),
      RangeError,
      'LSTM.forward: expected input to be 3-D, or 2-D unbatched, got 1-D',
    ],
    [
      'a 4-D input',
      () => gru.forward(ones([1, 2, 3, 3])),
      RangeError,
      'GRU.forward: expected input to be 3-D, or 2-D unbatched, got 4-D',
    ],
    [
      'an input of another dtype than the weights',
      () => rnn.forward(ones([5, 2, 3], { dtype: 'float64' })),
      RangeError,
      "float32, got float64; convert the input, input.to('float32'), or the module, module.to('float64')",
    ],
    [
      'integers, in which no layer computes',
      () => rnn.forward(ones([5, 2, 3], { dtype: 'int64' })),
      RangeError,
      "float32, got int64; convert the input, input.to('float32')",
    ],
    ['an input of another width', () => lstm.forward(ones([5, 2, 4])), RuntimeError, 'inputSize, 3, got 4'],
    [
      'packed data of another width',
      () => lstm.forward(packPaddedSequence(ones([5, 2, 4]), [5, 4])),
      RuntimeError,
      'inputSize, 3, got 4',
    ],
    [
      'packed data without features',
      () => gru.forward(packPaddedSequence(ones([5, 2]), [5, 4])),
      RuntimeError,
      'packed data to be 2-D, got 1-D',
    ],
    [
      'an unbatched state with a batched input',
      () => rnn.forward(x, ones([1, 4])),
      RuntimeError,
      'expected hx to be 3-D as the input is batched, got 2-D',
    ],
    [
      'a batched state with an unbatched input',
      () => lstm.forward(ones([5, 3]), [ones([2, 1, 2]), ones([2, 4])]),
      RuntimeError,
      'expected hx to be 2-D as the input is unbatched, got 3-D and 2-D',
    ],
    [
      'a state of another size',
      () => rnn.forward(x, ones([1, 2, 5])),
      RuntimeError,
      'h0 of shape (1, 2, 4), got (1, 2, 5)',
    ],
    [
      'a state of another batch',
      () => gru.forward(ones([2, 5, 3]), ones([1, 5, 4])),
      RuntimeError,
      'h0 of shape (1, 2, 4), got (1, 5, 4)',
    ],
    [
      'an h0 without projection',
      () => lstm.forward(x, [ones([2, 2, 4]), ones([2, 2, 4])]),
      RuntimeError,
      'h0 of shape (2, 2, 2), got (2, 2, 4)',
    ],
    [
      'a c0 of another size',
      () => lstm.forward(x, [ones([2, 2, 2]), ones([2, 2, 2])]),
      RuntimeError,
      'c0 of shape (2, 2, 4), got (2, 2, 2)',
    ],
    [
      'an unbatched state of another size',
      () => rnn.forward(ones([5, 3]), ones([1, 5])),
      RuntimeError,
      'h0 of shape (1, 1, 4), got (1, 1, 5)',
    ],
    [
      'a packed state of another batch',
      () => rnn.forward(packed, ones([1, 3, 4])),
      RuntimeError,
      'h0 of shape (1, 2, 4), got (1, 3, 4)',
    ],
    [
      'a state of another dtype',
      () => rnn.forward(x, ones([1, 2, 4], { dtype: 'float64' })),
      RuntimeError,
      "h0 of the input's dtype, float32, got float64",
    ],
    [
      'no timesteps',
      () => rnn.forward(zeros([0, 2, 3])),
      RuntimeError,
      'at least one timestep, got input (0, 2, 3)',
    ],
    [
      'no timesteps, batch first',
      () => gru.forward(zeros([2, 0, 3])),
      RuntimeError,
      'at least one timestep, got input (2, 0, 3)',
    ],
    [
      'no timesteps, unbatched',
      () => lstm.forward(zeros([0, 3])),
      RuntimeError,
      'at least one timestep, got input (0, 3)',
    ],
    ['an array for input', () => call(lstm, [[1, 2, 3]]), TypeError, 'a Tensor, got array of 1'],
    ['nothing for input', () => call(lstm), TypeError, 'a Tensor, got undefined'],
    [
      'one tensor for the state of an LSTM',
      () => call(lstm, x, ones([2, 2, 2])),
      TypeError,
      '[h0, c0], got Tensor',
    ],
    [
      'half a pair for the state of an LSTM',
      () => call(lstm, x, [ones([2, 2, 2])]),
      RuntimeError,
      '[h0, c0], got array of 1',
    ],
    [
      'a pair for the state of a GRU',
      () => call(gru, x, [ones([1, 2, 4]), ones([1, 2, 4])]),
      TypeError,
      'Tensor, got array of 2',
    ],
  ]

  it.each(refused)('%s', (_, act, error, message) => {
    expectThrows(act, error, message)
  })

  it('the first of several faults, in the order of PyTorch', () => {
    const wrong = ones([5, 2, 4], { dtype: 'float64' })
    expectThrows(() => call(gru, ones([4]), ones([4])), RangeError, 'input to be 3-D')
    expectThrows(() => rnn.forward(wrong, ones([4])), RuntimeError, 'hx to be 3-D')
    expectThrows(() => rnn.forward(wrong, ones([1, 2, 5])), RangeError, 'dtype')
    expectThrows(() => rnn.forward(ones([5, 2, 4]), ones([1, 2, 5])), RuntimeError, 'inputSize')
    expectThrows(() => rnn.forward(zeros([0, 2, 3]), ones([1, 2, 5])), RuntimeError, 'h0 of shape')
  })

  it('through forwardAsync as a rejection', async () => {
    await expect(lstm.forwardAsync(ones([3]))).rejects.toThrow(RangeError)
  })

  it('on a device engine, naming forwardAsync, which works', async () => {
    const device = deviceEngine()
    const moved = new LSTM(3, 4).to(device)
    expectThrows(
      () => moved.forward(x),
      RuntimeError,
      'engine fake computes asynchronously; use await LSTM.forwardAsync',
    )
    const [output] = await moved.forwardAsync(x)
    expect(output).toBeAllclose(moved.to(reference).forward(x)[0])
  })
})

/** Stands for the engine of a GPU. */
function deviceEngine(): DeviceEngine {
  return {
    kind: 'device',
    training: null,
    name: 'fake',
    variant: '',
    pack: reference.pack,
    recurrent: async (weights, input) => reference.recurrent(weights, input),
    matmul: async (operands) => reference.matmul(operands),
  }
}

describe('the checks by themselves', () => {
  const lstm = new LSTM(3, 4, { numLayers: 2, bidirectional: true, projSize: 2 })
  const x = ones([5, 6, 3])

  it('tell the sizes states must have', () => {
    const packed = packPaddedSequence(x, [5, 5, 4, 3, 2, 1])
    expect(lstm.getExpectedHiddenSize(x, null)).toEqual([4, 6, 2])
    expect(lstm.getExpectedCellSize(x, null)).toEqual([4, 6, 4])
    expect(lstm.getExpectedHiddenSize(packed.data, packed.batchSizes)).toEqual([4, 6, 2])
    expect(new GRU(3, 4, { batchFirst: true }).getExpectedHiddenSize(x, null)).toEqual([1, 5, 4])
  })

  it('pass what fits and refuse what does not', () => {
    const hidden = [zeros([4, 6, 2]), zeros([4, 6, 4])] as const
    expect(lstm.checkForwardArgs(x, hidden, null)).toBeUndefined()
    expectThrows(() => lstm.checkForwardArgs(x, [hidden[1], hidden[0]], null), RuntimeError, 'h0')
    expectThrows(() => lstm.checkInput(ones([5, 3]), null), RuntimeError, 'input to be 3-D, got 2-D')
    expectThrows(
      () => lstm.checkHiddenSize(hidden[0], [1, 2, 3], 'mine'),
      RuntimeError,
      'mine of shape (1, 2, 3)',
    )
  })

  it('permute the sequences of a state', () => {
    const order = new Tensor(zeros([2], { dtype: 'int64' }))
    order.storage.data[0] = 1n
    const state = zeros([1, 2, 3]).uniform_(0, 1)
    const gru = new GRU(3, 3)
    expect(gru.permuteHidden(state, order).select(1, 0)).toBeAllclose(state.select(1, 1))
    expect(gru.permuteHidden(state, null)).toBe(state)
    const [h, c] = new LSTM(3, 3).permuteHidden([state, state], order)
    expect(c).toBeAllclose(h)
  })
})
