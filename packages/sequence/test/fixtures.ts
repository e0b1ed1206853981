import { GRU, LSTM, type PackedSequence, RNN, type RNNBaseOptions } from '@unroll/sequence'
import { type Tensor, tensor } from '@unroll/tensor'
import { decodeArray, type EncodedArray } from '@unroll/testing'

/** A module as a fixture describes it. */
export interface ModuleFixture {
  readonly module: string
  readonly inputSize: number
  readonly hiddenSize: number
  readonly options: Omit<RNNBaseOptions, 'dtype'> & {
    readonly dtype?: string
    readonly nonlinearity?: string
  }
}

export function toTensor(encoded: EncodedArray): Tensor {
  const { shape, dtype } = encoded
  return tensor(decodeArray(encoded), dtype === 'bool' ? { shape, dtype } : { shape })
}

export function toState(weights: Readonly<Record<string, EncodedArray | undefined>>): Map<string, Tensor> {
  return new Map(
    Object.entries(weights).flatMap(([name, encoded]) => (encoded ? [[name, toTensor(encoded)]] : [])),
  )
}

export function dtypeOf({ options }: ModuleFixture): 'float32' | 'float64' {
  return options.dtype === 'float64' ? 'float64' : 'float32'
}

export function makeModule(fixture: ModuleFixture): LSTM | GRU | RNN {
  const { inputSize, hiddenSize } = fixture
  const { nonlinearity, ...rest } = fixture.options
  const options = { ...rest, dtype: dtypeOf(fixture) }
  switch (fixture.module) {
    case 'LSTM':
      return new LSTM(inputSize, hiddenSize, options)
    case 'GRU':
      return new GRU(inputSize, hiddenSize, options)
    case 'RNN':
      return new RNN(inputSize, hiddenSize, {
        ...options,
        nonlinearity: nonlinearity === 'relu' ? 'relu' : 'tanh',
      })
    default:
      throw new Error(`no module ${fixture.module}`)
  }
}

/** Runs a module of any kind. States are passed and returned in a list: `[h]` or `[h, c]`. */
export function run(
  module: LSTM | GRU | RNN,
  input: Tensor | PackedSequence,
  states: readonly Tensor[] = [],
): { readonly output: Tensor | PackedSequence; readonly states: readonly Tensor[] } {
  const [h0, c0] = states
  if (module instanceof LSTM) {
    const [output, hidden] = module.forward(input, h0 && c0 ? [h0, c0] : null)
    return { output, states: hidden }
  }
  const [output, hn] = module.forward(input, h0 ?? null)
  return { output, states: [hn] }
}

/** The elements of a float32 tensor. */
export function floats({ data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data
  throw new TypeError(`expected float32, got ${data.constructor.name}`)
}
