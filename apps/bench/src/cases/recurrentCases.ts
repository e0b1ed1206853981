import type { RecurrentMode, RecurrentSpec } from '@unroll/kernels'
import { gateCount } from '@unroll/kernels/spec'
import type { Training } from './training.ts'

/** A recurrent layer stack and the size of the sequences it runs over. */
export interface BenchCase {
  readonly name: string
  /** Timesteps. */
  readonly T: number
  /** Batch. */
  readonly N: number
  readonly spec: RecurrentSpec
  /** `(N)`: timesteps of each sequence, never increasing, the first `T`; null where all have `T`. */
  readonly lengths: readonly number[] | null
  /** A call is one timestep, from the states that the call before it left; `T` is 1. */
  readonly streaming: boolean
  /** Only of cases that learn. */
  readonly training?: Training
}

/** Every named case, by kind. Each row: name, mode, T, N, I, H, layers. */
export const cases: readonly BenchCase[] = [
  layers('lstm-step', 'LSTM', 1, 1, 128, 128, 1),
  layers('lstm-small', 'LSTM', 100, 1, 64, 64, 1),
  layers('lstm-medium', 'LSTM', 100, 1, 128, 128, 2),
  layers('lstm-wide', 'LSTM', 25, 1, 1024, 1024, 1),
  layers('lstm-large', 'LSTM', 100, 1, 512, 512, 2, { bidirectional: true }),
  layers('lstm-batch32', 'LSTM', 50, 32, 256, 256, 1),
  layers('lstm-batch64', 'LSTM', 50, 64, 512, 512, 1),
  layers('lstm-batch128', 'LSTM', 10, 128, 128, 512, 1),
  layers('gru-small', 'GRU', 100, 1, 64, 64, 1),
  layers('gru-medium', 'GRU', 100, 1, 128, 128, 2),
  layers('gru-two', 'GRU', 80, 1, 256, 384, 2),
  layers('gru-large', 'GRU', 100, 1, 512, 512, 2, { bidirectional: true }),
  layers('gru-batch32', 'GRU', 50, 32, 256, 256, 1),
  layers('gru-batch64', 'GRU', 50, 64, 512, 512, 1),
  layers('rnn-small', 'RNN_TANH', 100, 1, 64, 64, 1),
  layers('rnn-medium', 'RNN_TANH', 100, 1, 128, 128, 2),
  layers('rnn-large', 'RNN_TANH', 100, 1, 512, 512, 2, { bidirectional: true }),
  layers('rnn-batch32', 'RNN_TANH', 50, 32, 256, 256, 1),
  layers('rnn-batch48', 'RNN_TANH', 30, 48, 320, 320, 1, { bidirectional: true }),
  layers('rnn-batch64', 'RNN_TANH', 50, 64, 512, 512, 1),
  layers('lstm-ragged', 'LSTM', 50, 32, 256, 256, 1, { lengths: descending(50, 5, 32) }),
  layers('gru-ragged', 'GRU', 50, 32, 256, 256, 1, { lengths: descending(50, 5, 32), bidirectional: true }),
  layers('lstm-projection', 'LSTM', 100, 1, 256, 512, 1, { projSize: 128 }),
  layers('lstm-projection32', 'LSTM', 50, 32, 256, 512, 1, { projSize: 128 }),
  layers('lstm-stream64', 'LSTM', 1, 1, 64, 64, 1, { streaming: true }),
  layers('lstm-stream128', 'LSTM', 1, 1, 128, 128, 1, { streaming: true }),
  layers('lstm-stream256', 'LSTM', 1, 1, 256, 256, 1, { streaming: true }),
  layers('lstm-stream512', 'LSTM', 1, 1, 512, 512, 1, { streaming: true }),
  layers('gru-stream128', 'GRU', 1, 1, 128, 128, 2, { streaming: true }),
  layers('gru-stream256', 'GRU', 1, 1, 256, 256, 1, { streaming: true }),
  layers('rnn-stream128', 'RNN_TANH', 1, 1, 128, 128, 1, { streaming: true }),
]

/**
 * All of LSTM, GRU, RNN x 1 to 3 layers x batch 1, 16, 128 x hidden 32, 128, 512, 1024, input as wide as hidden: 50
 * timesteps, fewer (but at least 5) where that would take long. Named `grid-lstm-2x16x512`: layers, batch, hidden.
 */
export const grid: readonly BenchCase[] = gridOf('grid', {
  multiplyAdds: 1e9,
  leastT: 5,
  modes: ['LSTM', 'GRU', 'RNN_TANH'],
  layerCounts: [1, 2, 3],
  batches: [1, 16, 128],
  hiddenSizes: [32, 128, 512, 1024],
})

/** A grid of sizes from where the processor is faster to where a GPU is. Named `gpu-lstm-1x32x512`, as above. */
export const gpuGrid: readonly BenchCase[] = [
  ...gridOf('gpu', {
    multiplyAdds: 4e9,
    leastT: 3,
    modes: ['LSTM'],
    layerCounts: [1],
    batches: [1, 8, 32, 128, 512],
    hiddenSizes: [64, 256, 512, 1024, 2048],
  }),
  ...gridOf('gpu', {
    multiplyAdds: 4e9,
    leastT: 3,
    modes: ['GRU', 'RNN_TANH'],
    layerCounts: [1],
    batches: [1, 32, 512],
    hiddenSizes: [64, 512, 2048],
  }),
]

/** Single sequences that differ in nothing but their length. Named `lstm-length100`. */
export const lengths: readonly BenchCase[] = (['LSTM', 'GRU'] as const).flatMap((mode) =>
  [1, 10, 100, 1000].map((T) => layers(`${mode.toLowerCase()}-length${T}`, mode, T, 1, 128, 128, 1)),
)

/** Every case that can be asked for by name. */
export const allCases: readonly BenchCase[] = [...cases, ...lengths, ...grid, ...gpuGrid]

interface Grid {
  /** The most a case may have with 50 timesteps. Larger cases have fewer timesteps, but at least `leastT`. */
  readonly multiplyAdds: number
  readonly leastT: number
  readonly modes: readonly ('LSTM' | 'GRU' | 'RNN_TANH')[]
  readonly layerCounts: readonly number[]
  readonly batches: readonly number[]
  readonly hiddenSizes: readonly number[]
}

function gridOf(
  name: string,
  { multiplyAdds, leastT, modes, layerCounts, batches, hiddenSizes }: Grid,
): BenchCase[] {
  return modes.flatMap((mode) =>
    layerCounts.flatMap((numLayers) =>
      batches.flatMap((N) =>
        hiddenSizes.map((H) => {
          const kind = mode.slice(0, mode.includes('_') ? 3 : undefined).toLowerCase()
          const perStep = gateCount(mode) * H * 2 * H * numLayers * N
          const T = Math.min(50, Math.max(leastT, Math.floor(multiplyAdds / perStep)))
          return layers(`${name}-${kind}-${numLayers}x${N}x${H}`, mode, T, N, H, H, numLayers)
        }),
      ),
    ),
  )
}

/** How tables show a case: `(T, N, I, H, layers)`, then its options. */
export function describeCase({ T, N, spec, lengths, streaming, training }: BenchCase): string {
  const marks = [
    spec.bidirectional && 'bi',
    spec.projSize > 0 && `proj ${spec.projSize}`,
    lengths !== null && 'ragged',
    streaming && 'stream',
    training && around[training.model],
  ].filter(Boolean)
  const sizes = [T, N, spec.inputSize, spec.hiddenSize, spec.numLayers].join(', ')
  return [`(${sizes})`, ...marks].join(' ')
}

/** What a model that learns has beside its layers. */
const around = { layers: '', cells: 'cells', head: 'Linear', language: 'char LM' } as const

interface CaseOptions {
  readonly bidirectional?: boolean
  readonly projSize?: number
  readonly lengths?: readonly number[] | null
  readonly streaming?: boolean
}

/** A float32 case. Arguments are named as PyTorch's. */
export function layers(
  name: string,
  mode: RecurrentMode,
  T: number,
  N: number,
  inputSize: number,
  hiddenSize: number,
  numLayers: number,
  { bidirectional = false, projSize = 0, lengths = null, streaming = false }: CaseOptions = {},
): BenchCase {
  const spec: RecurrentSpec = {
    mode,
    dtype: 'float32',
    inputSize,
    hiddenSize,
    projSize,
    numLayers,
    bidirectional,
  }
  return { name, T, N, spec, lengths, streaming }
}

/** `count` whole numbers from `first` down to `last` in equal steps. */
function descending(first: number, last: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(first + ((last - first) * i) / (count - 1)))
}
