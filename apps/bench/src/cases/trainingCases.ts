import { seeded } from '@unroll/testing'
import { type BenchCase, describeCase, layers } from './recurrentCases.ts'
import { makeWorkload, multiplyAdds, products, rowCount, type Workload } from './workload.ts'

/** Recurrent layers that learn. The loss is the sum of the outputs, each times a drawn number. */
export interface TrainingCase extends BenchCase {
  /** One layer as a loop of cells, a call for each timestep. */
  readonly cells: boolean
}

/** Each row: name, mode, T, N, I, H, layers. */
const layerCases: readonly TrainingCase[] = [
  ...(['LSTM', 'GRU', 'RNN_TANH'] as const).flatMap((mode) => {
    const kind = mode.slice(0, mode.includes('_') ? 3 : undefined).toLowerCase()
    return [
      layers(`train-${kind}-small`, mode, 50, 1, 64, 64, 1),
      layers(`train-${kind}-medium`, mode, 100, 1, 128, 128, 2),
      layers(`train-${kind}-wide`, mode, 50, 1, 256, 256, 1),
      layers(`train-${kind}-batch32`, mode, 50, 32, mode === 'LSTM' ? 64 : 128, 128, 1),
    ]
  }),
  layers('train-lstm-batch32-wide', 'LSTM', 50, 32, 256, 256, 1),
  layers('train-lstm-batch128', 'LSTM', 28, 128, 28, 128, 1),
  layers('train-lstm-long', 'LSTM', 10_000, 1, 64, 64, 1),
].map((each) => ({ ...each, cells: false }))

/** A loop that calls a cell for each timestep. */
const cellCases: readonly TrainingCase[] = [
  { ...layers('train-cells-small', 'LSTM', 50, 1, 64, 64, 1), cells: true },
  { ...layers('train-cells-batch32', 'LSTM', 50, 32, 128, 128, 1), cells: true },
]

/** Every case of training that can be asked for by name. */
export const allTrainingCases: readonly TrainingCase[] = [...layerCases, ...cellCases]

export function describeTraining(trainingCase: TrainingCase): string {
  return `${describeCase(trainingCase)}${trainingCase.cells ? ' cells' : ''}`
}

/** What every contender of a case learns from. */
export interface TrainingWorkload extends Workload {
  readonly cells: boolean
  /** `(R, H)`: the gradient of the outputs. */
  readonly outputGradient: Float32Array
}

export function makeTrainingWorkload(trainingCase: TrainingCase): TrainingWorkload {
  const random = seeded(2)
  const { spec } = trainingCase
  const length = rowCount(trainingCase) * spec.hiddenSize
  return {
    ...makeWorkload(trainingCase),
    cells: trainingCase.cells,
    outputGradient: Float32Array.from({ length }, () => random() * 2 - 1),
  }
}

/** How many parameters an optimiser changes: both biases count. */
export function parameterCount({ weights }: Workload): number {
  return weights
    .flatMap(({ weightIh, weightHh, biasIh, biasHh }) => [weightIh, weightHh, biasIh, biasHh])
    .reduce((sum, array) => sum + (array?.length ?? 0), 0)
}

/**
 * Multiply-adds of the matrix products of forward and backward together. Each product of forward has one for the gradient of its
 * weights, and one for the gradient of what was multiplied: not in the first layer, whose input needs none.
 */
export function trainingMultiplyAdds(trainingCase: BenchCase): number {
  const [first] = products(trainingCase)
  if (first === undefined) return 0
  const rows = first.rows.reduce((a, b) => a + b)
  return 3 * multiplyAdds(trainingCase) - rows * first.weights
}
