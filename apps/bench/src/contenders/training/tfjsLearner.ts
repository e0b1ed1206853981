import * as tf from '@tensorflow/tfjs-core'
import * as keras from '@tensorflow/tfjs-layers'
import type { TrainingWorkload } from '../../cases/trainingCases.ts'
import { multiplyAdds } from '../../cases/workload.ts'
import { timer } from '../../measure/rounds.ts'
import { type Learner, learningRate } from '../contender.ts'
import { kerasLayers, symbols, transposed } from '../peers/tfjs.ts'

/** Multiply-adds of a forward up to which it takes part: a step of seven seconds. */
const limit = 2e9

/** Its time grows faster than the number of timesteps. A thousand take a minute a step. */
const longT = 1000

/** TensorFlow.js' Keras layers on the WebAssembly backend, which must be the one that is set. */
export const tfjsLearner: Learner = {
  declines: (workload) => {
    if (workload.spec.mode === 'GRU') return "its GRU lacks PyTorch's form, resetAfter"
    if (workload.model === 'cells') return 'only layers are compared'
    return workload.T < longT && multiplyAdds(workload) <= limit ? null : 'a call takes too long'
  },
  prepare: async (workload) => {
    const model = modelOf(workload)
    const input = inputOf(workload)
    const lossOf = lossFunction(workload)
    const optimizer = tf.train.adam(learningRate)
    const forward = (): tf.Tensor => outputOf(model, input)
    const loss = (): tf.Scalar => lossOf(forward())
    const backward = (): Float32Array[] =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(loss)
        return model.trainableWeights.map(({ name }) => {
          const found = grads[name]
          if (found === undefined) throw new Error(`tfjs: expected a gradient of ${name}`)
          return found.dataSync<'float32'>()
        })
      })
    const step = (): void => {
      tf.tidy(() => optimizer.minimize(loss, true)?.dataSync())
    }
    const run = (): void => {
      tf.tidy(() => forward().dataSync())
    }
    return {
      gradients: async () => asPyTorch(backward(), workload),
      time: {
        forward: timer(run, { async: false }),
        backward: timer(backward, { async: false }),
        step: timer(step, { async: false }),
      },
      dispose: async () => {
        model.dispose()
        input.dispose()
        lossOf.dispose()
        optimizer.dispose()
      },
    }
  },
}

/**
 * The backend has no gradient of an Embedding, so a Dense layer multiplies the same vectors with characters of which one number is
 * 1: one hundredth of the model's multiply-adds.
 */
function modelOf(workload: TrainingWorkload): keras.LayersModel {
  const { T, N, spec, embedding, head } = workload
  const width = embedding ? embedding.length / spec.inputSize : spec.inputSize
  const inputs = keras.input({ batchShape: [N, T, width] })
  const dense = (units: number, useBias: boolean): keras.layers.Layer =>
    keras.layers.dense({ units, useBias, kernelInitializer: 'zeros' })
  const vectors = embedding && dense(spec.inputSize, false)
  const linear = head && dense(head.bias.length, true)
  const layers = kerasLayers(workload, vectors ? onlyOne(symbols(vectors.apply(inputs))) : inputs)
  const outputs = linear ? onlyOne(symbols(linear.apply(layers.output))) : layers.output
  const model = keras.model({ inputs, outputs })
  layers.setWeights()
  if (embedding) vectors?.setWeights([tf.tensor(embedding, [width, spec.inputSize])])
  if (head) {
    const outputSize = head.bias.length
    const kernel = transposed(head.weight, outputSize, spec.hiddenSize)
    linear?.setWeights([tf.tensor(kernel, [spec.hiddenSize, outputSize]), tf.tensor(head.bias)])
  }
  return model
}

/** `(N, T, I)`, of the language model `(N, T, V)`. */
function inputOf({ T, N, spec, input, embedding, learnsFrom: { text } }: TrainingWorkload): tf.Tensor {
  if (text === null || embedding === null) {
    return tf.tensor(transposed(input, T, N), [N, T, spec.inputSize])
  }
  return oneHot(text.characters, T, N, embedding.length / spec.inputSize)
}

interface Loss {
  (outputs: tf.Tensor): tf.Scalar
  dispose(): void
}

function lossFunction({ T, N, head, learnsFrom }: TrainingWorkload): Loss {
  const { text, outputGradient } = learnsFrom
  if (text !== null) {
    const following = oneHot(text.following, T, N, head?.bias.length ?? 0)
    return Object.assign(
      (outputs: tf.Tensor): tf.Scalar => tf.losses.softmaxCrossEntropy(following, outputs),
      { dispose: () => following.dispose() },
    )
  }
  const gradient = tf.tensor(transposed(outputGradient, T, N), [N, T, outputGradient.length / (T * N)])
  return Object.assign((outputs: tf.Tensor): tf.Scalar => tf.sum(tf.mul(outputs, gradient)), {
    dispose: () => gradient.dispose(),
  })
}

/** `(N, T, V)` of indices `(T, N)`. */
function oneHot(indices: Int32Array, T: number, N: number, count: number): tf.Tensor {
  const turned = Int32Array.from(transposed(Float32Array.from(indices), T, N))
  return tf.tidy(() => tf.cast(tf.oneHot(tf.tensor(turned, [N, T], 'int32'), count), 'float32'))
}

function outputOf(model: keras.LayersModel, input: tf.Tensor): tf.Tensor {
  const results = model.apply(input, { training: true })
  const [output] = Array.isArray(results) ? results : [results]
  if (output instanceof tf.Tensor) return output
  throw new TypeError('tfjs: expected a tensor of outputs')
}

function onlyOne([first]: readonly keras.SymbolicTensor[]): keras.SymbolicTensor {
  if (first === undefined) throw new TypeError('tfjs: expected a layer with an output')
  return first
}

/**
 * From the Dense layer's kernel, the kernel, recurrent kernel and bias of each layer, and kernel and bias of the last one. Both of
 * PyTorch's biases have the gradient of the one.
 */
function asPyTorch(gradients: readonly Float32Array[], workload: TrainingWorkload): Float32Array {
  const { weights, spec, embedding, head } = workload
  const rest = [...gradients]
  const next = (): Float32Array => {
    const found = rest.shift()
    if (found === undefined) throw new Error('tfjs: expected a gradient of each weight')
    return found
  }
  const parts: Float32Array[] = embedding ? [next()] : []
  for (const layer of weights.keys()) {
    const [kernel, recurrent, bias] = [next(), next(), next()]
    const inputSize = layer === 0 ? spec.inputSize : spec.hiddenSize
    parts.push(
      transposed(kernel, inputSize, bias.length),
      transposed(recurrent, spec.hiddenSize, bias.length),
      bias,
      bias,
    )
  }
  if (head) parts.push(transposed(next(), spec.hiddenSize, head.bias.length), next())
  return Float32Array.from(parts.flatMap((part) => [...part]))
}
