import { setThreadsCount, version_wasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { TrainingWorkload } from '../../cases/trainingCases.ts'
import { multiplyAdds } from '../../cases/workload.ts'
import { timer } from '../../measure/rounds.ts'
import { buildKeras, transposed } from '../peers/tfjs.ts'
import { learningRate, type TrainingContender } from './trainingContender.ts'

/** Multiply-adds of a forward up to which it takes part: a step of half a second. */
const limit = 2e8

/** TensorFlow.js' Keras layers on its WebAssembly backend. */
export async function tfjsTraining(threads: number): Promise<TrainingContender | null> {
  if (threads === 1) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  setThreadsCount(threads)
  if (!(await tf.setBackend('wasm'))) return null
  return {
    name: 'tfjs-wasm',
    variant: version_wasm,
    declines: (workload) => {
      if (workload.spec.mode === 'GRU') return "its GRU lacks PyTorch's form, resetAfter"
      if (workload.cells) return 'only layers are compared'
      return multiplyAdds(workload) <= limit ? null : 'a call takes too long'
    },
    prepare: async (workload) => {
      const { T, N, spec, outputGradient } = workload
      const { model, input } = buildKeras(workload)
      const gradient = tf.tensor(transposed(outputGradient, T, N), [N, T, spec.hiddenSize])
      const optimizer = tf.train.adam(learningRate)
      const forward = (): tf.Tensor => outputOf(model, input)
      const loss = (): tf.Scalar => tf.sum(tf.mul(forward(), gradient))
      const backward = (): Float32Array[] =>
        tf.tidy(() => Object.values(tf.variableGrads(loss).grads).map((each) => each.dataSync<'float32'>()))
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
          tf.dispose([input, gradient])
          optimizer.dispose()
        },
      }
    },
  }
}

function outputOf(model: LayersModel, input: tf.Tensor): tf.Tensor {
  const results = model.apply(input, { training: true })
  const [output] = Array.isArray(results) ? results : [results]
  if (output instanceof tf.Tensor) return output
  throw new TypeError('tfjs: expected a tensor of outputs')
}

/** From kernel, recurrent kernel and bias of each layer. Both of PyTorch's biases have the gradient of the one. */
function asPyTorch(gradients: readonly Float32Array[], { weights, spec }: TrainingWorkload): Float32Array {
  const parts = weights.flatMap((_, layer) => {
    const [kernel, recurrent, bias] = gradients.slice(3 * layer, 3 * layer + 3)
    if (!kernel || !recurrent || !bias) throw new Error('tfjs: expected three gradients of a layer')
    const inputSize = layer === 0 ? spec.inputSize : spec.hiddenSize
    return [
      transposed(kernel, inputSize, bias.length),
      transposed(recurrent, spec.hiddenSize, bias.length),
      bias,
      bias,
    ]
  })
  return Float32Array.from(parts.flatMap((part) => [...part]))
}
