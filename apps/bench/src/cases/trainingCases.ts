import type { RecurrentMode } from '@unroll/kernels'
import { parametersOf } from '@unroll/kernels/spec'
import { seeded } from '@unroll/testing'
import { type BenchCase, layers } from './recurrentCases.ts'
import type { Model, Pass, Training } from './training.ts'
import { draw, makeWorkload, multiplyAdds, products, rowCount, type Workload } from './workload.ts'

export type TrainingCase = BenchCase & { readonly training: Training }

/** The characters that the language model knows: all printable ones of ASCII, and the end of a line. */
const characters = 96

/**
 * Every case of training that can be asked for by name. All but the language model have as loss the sum of their outputs, each
 * times a drawn number.
 */
export const allTrainingCases: readonly TrainingCase[] = [
  ...(['LSTM', 'GRU', 'RNN_TANH'] as const).flatMap((mode) => {
    const kind = `train-${mode.slice(0, mode.includes('_') ? 3 : undefined).toLowerCase()}`
    return [
      learning(`${kind}-small`, mode, 50, 1, 64, 64, 1),
      learning(`${kind}-medium`, mode, 100, 1, 128, 128, 2),
      learning(`${kind}-wide`, mode, 50, 1, 256, 256, 1),
      learning(`${kind}-batch32`, mode, 50, 32, mode === 'LSTM' ? 64 : 128, 128, 1),
    ]
  }),
  learning('train-lstm-batch32-wide', 'LSTM', 50, 32, 256, 256, 1),
  learning('train-lstm-batch128', 'LSTM', 28, 128, 28, 128, 1),
  learning('train-lstm-long', 'LSTM', 10_000, 1, 64, 64, 1),
  learning('train-cells-small', 'LSTM', 50, 1, 64, 64, 1, 'cells'),
  learning('train-cells-batch32', 'LSTM', 50, 32, 128, 128, 1, 'cells'),
  learning('train-head-lstm', 'LSTM', 50, 1, 64, 64, 1, 'head'),
  learning('train-head-gru', 'GRU', 50, 1, 64, 64, 1, 'head'),
  learning('train-head-rnn', 'RNN_RELU', 50, 1, 64, 64, 1, 'head'),
  learning('train-head-lstm2', 'LSTM', 100, 1, 128, 128, 2, 'head'),
  learning('train-language', 'LSTM', 64, 32, 64, 256, 2, 'language'),
]

export function isTraining(benchCase: BenchCase): benchCase is TrainingCase {
  return benchCase.training !== undefined
}

/** The case of one pass. */
export function passCase(trainingCase: TrainingCase, pass: Pass): TrainingCase {
  const { of, model } = trainingCase.training
  return { ...trainingCase, name: `${of}-${pass}`, training: { of, model, pass } }
}

/** What every contender of a case learns from. */
export interface TrainingWorkload extends Workload {
  readonly model: Model
  /** `(V, I)`: the vectors of the V characters. Only of the language model. */
  readonly embedding: Float32Array | null
  /** The Linear layer behind the layers: weight `(O, H)`, bias `(O)`. */
  readonly head: { readonly weight: Float32Array; readonly bias: Float32Array } | null
  readonly learnsFrom:
    | {
        /** `(R, O)`, without a head `(R, H)`: the gradient of the outputs. */
        readonly outputGradient: Float32Array
        readonly text: null
      }
    /** The loss is the cross-entropy, in the mean, of characters and those that follow them: `(R)` each. */
    | { readonly outputGradient: null; readonly text: Text }
}

interface Text {
  readonly characters: Int32Array
  readonly following: Int32Array
}

/** Draws the same numbers every time. */
export function makeTrainingWorkload(trainingCase: TrainingCase): TrainingWorkload {
  const random = seeded(2)
  const { spec, training } = trainingCase
  const rows = rowCount(trainingCase)
  const outputs = outputsOf(trainingCase)
  const bound = 1 / Math.sqrt(spec.hiddenSize)
  const text = (): Int32Array => Int32Array.from({ length: rows }, () => Math.floor(random() * characters))
  return {
    ...makeWorkload(trainingCase),
    model: training.model,
    learnsFrom:
      training.model === 'language'
        ? { outputGradient: null, text: { characters: text(), following: text() } }
        : { outputGradient: draw(random, rows * (outputs ?? spec.hiddenSize), 1), text: null },
    embedding: training.model === 'language' ? draw(random, characters * spec.inputSize, 1) : null,
    head:
      outputs === null
        ? null
        : {
            weight: draw(random, outputs * spec.hiddenSize, bound),
            bias: draw(random, outputs, bound),
          },
  }
}

/** The values of all parameters in PyTorch's order: of the Embedding, each layer, the Linear layer. */
export function parametersInOrder({ weights, embedding, head }: TrainingWorkload): readonly Float32Array[] {
  return [
    embedding,
    ...weights.flatMap(({ weightIh, weightHh, biasIh, biasHh }) => [weightIh, weightHh, biasIh, biasHh]),
    head?.weight,
    head?.bias,
  ].flatMap((array) => (array ? [Float32Array.from(array)] : []))
}

/** How many parameters an optimiser changes: both biases of each layer count. */
export function parameterCount(trainingCase: TrainingCase): number {
  const { spec, training } = trainingCase
  const ofLayers = parametersOf({ ...spec, bias: true })
    .flatMap(({ weightIh, weightHh, biasIh, biasHh }) => [weightIh, weightHh, biasIh, biasHh])
    .reduce((sum, each) => sum + (each?.shape.reduce((product, size) => product * size) ?? 0), 0)
  const outputs = outputsOf(trainingCase) ?? 0
  const ofEmbedding = training.model === 'language' ? characters * spec.inputSize : 0
  return ofEmbedding + ofLayers + outputs * (spec.hiddenSize + 1)
}

/**
 * Multiply-adds of the matrix products of a pass. On the way back each product of forward has one for the gradient of its weights,
 * and one for the gradient of what was multiplied. The first layer has no second one where its input needs no gradient.
 */
export function passMultiplyAdds(trainingCase: TrainingCase, pass: Pass): number {
  const { spec, training } = trainingCase
  const rows = rowCount(trainingCase)
  const forward = multiplyAdds(trainingCase) + rows * (outputsOf(trainingCase) ?? 0) * spec.hiddenSize
  if (pass !== 'backward' && pass !== 'step' && pass !== 'checkpointed') return forward
  const [first] = products(trainingCase)
  return 3 * forward - (training.model === 'language' ? 0 : rows * (first?.weights ?? 0))
}

/** How many numbers the Linear layer makes of the outputs of a timestep; null where there is none. */
function outputsOf({ spec, training }: TrainingCase): number | null {
  if (training.model === 'head') return spec.inputSize
  return training.model === 'language' ? characters : null
}

/** Arguments are named as PyTorch's. */
export function learning(
  name: string,
  mode: RecurrentMode,
  T: number,
  N: number,
  inputSize: number,
  hiddenSize: number,
  numLayers: number,
  model: Model = 'layers',
): TrainingCase {
  return {
    ...layers(name, mode, T, N, inputSize, hiddenSize, numLayers),
    training: { model, of: name, pass: null },
  }
}
