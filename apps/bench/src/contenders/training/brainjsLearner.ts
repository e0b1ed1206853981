import { timer } from '../../measure/rounds.ts'
import { type Learner, learningRate } from '../contender.ts'

/** What is used of a recurrent network of brain.js. */
interface Net {
  initialize(): void
  /** Forward over all timesteps but the last, each with the next one as target; over the last one without a target. */
  trainArrayOfArray(timesteps: readonly Float32Array[]): number
  backpropagate(): void
  /** RMSprop with clipping and weight decay. */
  adjustWeights(): void
}

type NetClass = new (options: {
  readonly inputSize: number
  readonly hiddenLayers: readonly number[]
  readonly outputSize: number
  readonly learningRate: number
}) => Net

/**
 * brain.js' networks for time series: recurrent layers of the same sizes, and a linear layer that predicts the next timestep. So
 * they are compared with models that have a Linear layer of this size, over as many timesteps in a call.
 *
 * What differs:
 * - Its LSTM keeps no cell state beside the hidden state, and its GRU resets states before it multiplies them. Both have as many
 *   products as PyTorch's. Its RNN has the same equations, with one bias instead of two.
 * - Its gradients are not the whole ones: of a bias it keeps that of one timestep, so they cannot be compared.
 * - It computes the gradient of the input, too. The class cannot leave it out.
 * - Its step is one of RMSprop with clipping and weight decay. It has one moment, where Adam has two.
 */
export function brainjsLearner(
  classes: Readonly<Record<'LSTMTimeStep' | 'GRUTimeStep' | 'RNNTimeStep', NetClass>>,
): Learner {
  return {
    declines: ({ model, N, spec }) => {
      if (model !== 'head') return 'its networks have a linear layer behind'
      if (N > 1) return 'it learns from one sequence at a time'
      return spec.mode === 'RNN_TANH' ? 'its RNN is one of relu' : null
    },
    prepare: async ({ T, spec, input }) => {
      const { mode, inputSize, hiddenSize, numLayers } = spec
      const Class =
        mode === 'LSTM' ? classes.LSTMTimeStep : mode === 'GRU' ? classes.GRUTimeStep : classes.RNNTimeStep
      const net = new Class({
        inputSize,
        outputSize: inputSize,
        hiddenLayers: Array<number>(numLayers).fill(hiddenSize),
        learningRate,
      })
      net.initialize()
      const timesteps = Array.from({ length: T }, (_, t) => input.slice(t * inputSize, (t + 1) * inputSize))
      const backward = (): void => {
        net.trainArrayOfArray(timesteps)
        net.backpropagate()
      }
      return {
        gradients: null,
        time: {
          forward: timer(() => net.trainArrayOfArray(timesteps), { async: false }),
          backward: timer(backward, { async: false }),
          step: timer(
            () => {
              backward()
              net.adjustWeights()
            },
            { async: false },
          ),
        },
        dispose: async () => {},
      }
    },
  }
}
