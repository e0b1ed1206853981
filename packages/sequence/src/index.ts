// Layers

export { GRU } from './gru.ts'
export type { HiddenState } from './hiddenState.ts'
export type { FromStateDictOptions } from './layerState.ts'
export { LSTM } from './lstm.ts'
export type { GRUOptions, LSTMOptions, RNNBaseOptions, RNNOptions } from './options.ts'
export { RNN } from './rnn.ts'
export { RNNBase } from './rnnBase.ts'
export { type Selection, SelectOutput } from './selectOutput.ts'
export type { ForwardOptions } from './sequenceCall.ts'
export { SequenceStream, type StreamOptions } from './sequenceStream.ts'

// Training

export type { Trace, TracedStep } from './trace.ts'
export { type Chunk, type TruncateOptions, truncate } from './truncate.ts'

// Packed sequences

export { invertPermutation, type PackedClone, PackedSequence } from './packedSequence.ts'
export {
  type PackOptions,
  type PackPaddedOptions,
  packPaddedSequence,
  packSequence,
} from './packPaddedSequence.ts'
export { type PadPackedOptions, padPackedSequence, unpackSequence } from './padPackedSequence.ts'
export { type PadOptions, padSequence, unpadSequence } from './padSequence.ts'
