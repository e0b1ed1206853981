import type { RecurrentMode, RecurrentSpec } from '@unroll/kernels'

/** A recurrent layer stack and the size of the sequences it runs over. */
export interface BenchCase {
  readonly name: string
  /** Timesteps. */
  readonly T: number
  /** Batch. */
  readonly N: number
  readonly spec: RecurrentSpec
}

/** The cases the wasm engine has to win; the others tell how it does elsewhere. */
export const requiredCases: readonly string[] = ['lstm-medium', 'lstm-batch32']

/** Every case, by mode, from the smallest to the largest. Each row: name, mode, T, N, I, H, layers. */
export const cases: readonly BenchCase[] = [
  layers('lstm-stream', 'LSTM', 1, 1, 128, 128, 1),
  layers('lstm-small', 'LSTM', 100, 1, 64, 64, 1),
  layers('lstm-medium', 'LSTM', 100, 1, 128, 128, 2),
  layers('lstm-large', 'LSTM', 100, 1, 512, 512, 2, { bidirectional: true }),
  layers('lstm-batch32', 'LSTM', 50, 32, 256, 256, 1),
  layers('lstm-batch64', 'LSTM', 50, 64, 512, 512, 1),
  layers('gru-small', 'GRU', 100, 1, 64, 64, 1),
  layers('gru-medium', 'GRU', 100, 1, 128, 128, 2),
  layers('gru-large', 'GRU', 100, 1, 512, 512, 2, { bidirectional: true }),
  layers('gru-batch32', 'GRU', 50, 32, 256, 256, 1),
  layers('gru-batch64', 'GRU', 50, 64, 512, 512, 1),
  layers('rnn-small', 'RNN_TANH', 100, 1, 64, 64, 1),
  layers('rnn-medium', 'RNN_TANH', 100, 1, 128, 128, 2),
  layers('rnn-large', 'RNN_TANH', 100, 1, 512, 512, 2, { bidirectional: true }),
  layers('rnn-batch32', 'RNN_TANH', 50, 32, 256, 256, 1),
  layers('rnn-batch64', 'RNN_TANH', 50, 64, 512, 512, 1),
]

/** `(T, N, I, H, layers)`, marked if bidirectional: how a case is written in a table. */
export function describeCase({ T, N, spec }: BenchCase): string {
  const sizes = [T, N, spec.inputSize, spec.hiddenSize, spec.numLayers]
  return `(${sizes.join(', ')})${spec.bidirectional ? ' bi' : ''}`
}

/** A case in float32, without projection, from PyTorch's numbers. */
export function layers(
  name: string,
  mode: RecurrentMode,
  T: number,
  N: number,
  inputSize: number,
  hiddenSize: number,
  numLayers: number,
  { bidirectional = false }: { bidirectional?: boolean } = {},
): BenchCase {
  const spec: RecurrentSpec = {
    mode,
    dtype: 'float32',
    inputSize,
    hiddenSize,
    projSize: 0,
    numLayers,
    bidirectional,
  }
  return { name, T, N, spec }
}
