import { reference } from '@unroll/kernels'
import { type Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { fromKeras, type KerasOptions, type KerasWeights, type RecurrentKind } from '../../src/index.ts'
import kerasGru from './fixtures/keras-gru.json' with { type: 'json' }
import layers from './fixtures/tensorflowjs.json' with { type: 'json' }

// Outputs that TensorFlow.js and Keras computed. Our layer must compute them, too, or refuse the weights.

interface Numbers {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

function tensorOf({ shape, data }: Numbers): Tensor {
  return tensor(Float32Array.from(data), { shape: [...shape] })
}

interface Layer {
  readonly kernel: Numbers
  readonly recurrentKernel: Numbers
  readonly bias: Numbers | null
}

function weightsOf({ kernel, recurrentKernel, bias }: Layer): KerasWeights {
  return {
    kernel: tensorOf(kernel),
    recurrentKernel: tensorOf(recurrentKernel),
    bias: bias && tensorOf(bias),
  }
}

/** The outputs `(N, T, H)` of a layer with PyTorch's weights, by the reference engine. */
function forward(kind: 'LSTM' | 'GRU', weights: ReadonlyMap<string, Tensor>, input: Numbers): number[] {
  const [batch = 0, steps = 0, inputSize = 0] = input.shape
  const array = (name: string): Float32Array | null =>
    weights.has(name) ? Float32Array.from(weights.get(name)?.data ?? [], Number) : null
  const hiddenSize = weights.get('weight_hh_l0')?.shape[1] ?? 0
  const packed = reference.pack(
    { mode: kind, dtype: 'float32', inputSize, hiddenSize, projSize: 0, numLayers: 1, bidirectional: false },
    [
      {
        weightIh: array('weight_ih_l0') ?? new Float32Array(0),
        weightHh: array('weight_hh_l0') ?? new Float32Array(0),
        biasIh: array('bias_ih_l0'),
        biasHh: array('bias_hh_l0'),
        weightHr: null,
      },
    ],
  )
  const { output } = reference.recurrent(packed, {
    input: Float32Array.from(input.data),
    batchSizes: new Int32Array(steps).fill(batch),
    batchFirst: true,
    h0: null,
    c0: null,
  })
  return [...output]
}

function outputs(kind: 'LSTM' | 'GRU', weights: KerasWeights, options: KerasOptions, input: Numbers): Tensor {
  const output = forward(kind, fromKeras(kind, weights, options), input)
  return tensor(output)
}

const gru = {
  kernel: kerasGru.K,
  recurrentKernel: kerasGru.R,
  after: { kernel: kerasGru.K, recurrentKernel: kerasGru.R, bias: kerasGru.B2 },
  before: { kernel: kerasGru.K, recurrentKernel: kerasGru.R, bias: kerasGru.B1 },
}

describe('a layer that PyTorch has too gives the numbers of its framework', () => {
  it.each([['sigmoid'], ['Sigmoid']])(
    'an LSTM of TensorFlow.js with recurrentActivation %s',
    (recurrentActivation) => {
      const { y, ...layer } = layers.lstmSigmoid
      expect(outputs('LSTM', weightsOf(layer), { recurrentActivation }, layers.x)).toBeAllclose(
        tensor(y.data),
      )
    },
  )

  it.each([[undefined], [true]])('a GRU of Keras with reset_after, resetAfter: %s', (resetAfter) => {
    const options = { recurrentActivation: 'sigmoid', resetAfter }
    expect(outputs('GRU', weightsOf(gru.after), options, kerasGru.x)).toBeAllclose(
      tensor(kerasGru.after.data),
    )
  })
})

describe('a layer that PyTorch lacks is refused, and the error names the equation', () => {
  const cases: readonly [string, RecurrentKind, Layer, KerasOptions, RegExp][] = [
    [
      'an LSTM as tf.layers.lstm makes it',
      'LSTM',
      layers.lstmDefault,
      { recurrentActivation: 'hardSigmoid' },
      /expected recurrentActivation 'sigmoid', got string "hardSigmoid".*lacks the clipped line of hard sigmoid/,
    ],
    [
      'an LSTM of an early Keras',
      'LSTM',
      layers.lstmDefault,
      { recurrentActivation: 'hard_sigmoid' },
      /lacks the clipped line of hard sigmoid/,
    ],
    [
      'a GRU without bias and without reset_after',
      'GRU',
      layers.gruNoBias,
      { recurrentActivation: 'sigmoid', resetAfter: false },
      /expected a GRU with reset_after.*lacks n = tanh\(W x \+ b \+ R \(r \* h\)\)/,
    ],
    [
      'a GRU as tf.layers.gru makes it',
      'GRU',
      layers.gruDefault,
      { recurrentActivation: 'sigmoid' },
      /expected a GRU with reset_after/,
    ],
    [
      'a GRU of Keras without reset_after',
      'GRU',
      gru.before,
      { recurrentActivation: 'sigmoid' },
      /reset_after/,
    ],
  ]
  it.each(cases)('%s', (_, kind, layer, options, message) => {
    expect(() => fromKeras(kind, weightsOf(layer), options)).toThrow(message)
    expect(() => fromKeras(kind, weightsOf(layer), options)).toThrow(RangeError)
  })
})

describe('what weights cannot tell must be told', () => {
  it.each([
    ['LSTM', layers.lstmDefault],
    ['LSTM', layers.lstmSigmoid],
    ['GRU', layers.gruNoBias],
    ['GRU', gru.after],
  ] as const)('the gates of an %s', (kind, layer) => {
    expect(() => fromKeras(kind, weightsOf(layer))).toThrow(
      /^fromKeras: expected the option recurrentActivation of this .*'sigmoid' in Keras/,
    )
  })

  it('the equations of a GRU without bias', () => {
    expect(() => fromKeras('GRU', weightsOf(layers.gruNoBias), { recurrentActivation: 'sigmoid' })).toThrow(
      /^fromKeras: expected the option resetAfter of this GRU, which without a bias nothing else tells/,
    )
  })
})
