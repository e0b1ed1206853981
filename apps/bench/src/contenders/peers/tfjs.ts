import * as tf from '@tensorflow/tfjs-core'
import * as keras from '@tensorflow/tfjs-layers'
import type { RecurrentOutput } from '@unroll/kernels'
import { multiplyAdds, type Workload } from '../../cases/workload.ts'
import { timer } from '../../measure/rounds.ts'
import type { Contender } from '../contender.ts'

/** Multiply-adds of a call up to which TF.js takes part: about half a second on its WebAssembly backend. */
const limit = 1e9

/**
 * TensorFlow.js' Keras layers on one of its backends; null where that cannot start. All backends share one process, so each
 * turn begins by choosing its own.
 */
export async function tfjs(
  backend: 'wasm' | 'webgl' | 'webgpu',
  variant: string,
  { async }: { readonly async: boolean },
): Promise<Contender | null> {
  if (!(await tf.setBackend(backend))) return null
  return {
    name: `tfjs-${backend}`,
    variant,
    declines,
    prepare: async (workload) => {
      await tf.setBackend(backend)
      const { model, input } = buildKeras(workload)
      const call = (): tf.Tensor[] => {
        const results = model.predictOnBatch(input)
        return Array.isArray(results) ? results : [results]
      }
      const run = (): Float32Array[] => {
        const results = call()
        const values = results.map((result) => result.dataSync<'float32'>())
        tf.dispose(results)
        return values
      }
      const runAsync = async (): Promise<Float32Array[]> => {
        const results = call()
        const values = await Promise.all(results.map((result) => result.data<'float32'>()))
        tf.dispose(results)
        return values
      }
      const time = timer(async ? runAsync : run, { async })
      return {
        output: async () => asPyTorch(async ? await runAsync() : run(), workload),
        time: async (ms) => {
          await tf.setBackend(backend)
          return time(ms)
        },
        dispose: async () => {
          model.dispose()
          input.dispose()
        },
      }
    },
  }
}

function declines(workload: Workload): string | null {
  const { spec, lengths, streaming } = workload
  if (spec.mode === 'GRU') return "its GRU lacks PyTorch's form, resetAfter"
  if (spec.projSize > 0) return 'its LSTM has no projection'
  if (spec.bidirectional || lengths !== null || streaming)
    return 'only plain calls of one direction are compared'
  return multiplyAdds(workload) <= limit ? null : 'a call takes too long'
}

/** The layers as a model with all states as outputs, and its input, batch first. */
function buildKeras(workload: Workload): { model: keras.LayersModel; input: tf.Tensor } {
  const { T, N, spec, input } = workload
  const inputs = keras.input({ batchShape: [N, T, spec.inputSize] })
  const { output, states, setWeights } = kerasLayers(workload, inputs)
  const model = keras.model({ inputs, outputs: [output, ...states] })
  setWeights()
  return { model, input: tf.tensor(transposed(input, T, N), [N, T, spec.inputSize]) }
}

/** The recurrent layers upon an input `(N, T, I)`. Their weights can be set once a model has them. */
export function kerasLayers(
  workload: Workload,
  input: keras.SymbolicTensor,
): {
  /** `(N, T, H)` */
  readonly output: keras.SymbolicTensor
  readonly states: readonly keras.SymbolicTensor[]
  readonly setWeights: () => void
} {
  const { spec } = workload
  const states: keras.SymbolicTensor[] = []
  let output = input
  const layers = workload.weights.map(() => {
    const layer = (spec.mode === 'LSTM' ? keras.layers.lstm : keras.layers.simpleRNN)({
      units: spec.hiddenSize,
      activation: spec.mode === 'RNN_RELU' ? 'relu' : 'tanh',
      recurrentActivation: 'sigmoid',
      // Overwritten below; the default, an orthogonal matrix, takes seconds.
      kernelInitializer: 'zeros',
      recurrentInitializer: 'zeros',
      returnSequences: true,
      returnState: true,
    })
    const [above, ...own] = symbols(layer.apply(output))
    if (above === undefined) throw new TypeError('tfjs: expected a layer with an output')
    output = above
    states.push(...own)
    return layer
  })
  const setWeights = (): void =>
    layers.forEach((layer, index) => {
      layer.setWeights(kerasWeights(workload, index).map(({ values, shape }) => tf.tensor(values, shape)))
    })
  return { output, states, setWeights }
}

export function symbols(applied: ReturnType<keras.layers.Layer['apply']>): keras.SymbolicTensor[] {
  return (Array.isArray(applied) ? applied : [applied]).map((each) => {
    if (each instanceof keras.SymbolicTensor) return each
    throw new TypeError('tfjs: expected symbolic tensors of a layer')
  })
}
/** Kernel `(I, G*H)`, recurrent kernel `(H, G*H)`, one bias `(G*H)`; the LSTM's gates i, f, c, o are PyTorch's. */
function kerasWeights(
  { weights, spec }: Workload,
  layer: number,
): { values: Float32Array; shape: number[] }[] {
  const own = weights[layer]
  if (own === undefined) throw new RangeError(`tfjs: expected weights of layer ${layer}`)
  const rows = own.weightHh.length / spec.hiddenSize
  const bias = Float32Array.from({ length: rows }, (_, i) => (own.biasIh?.[i] ?? 0) + (own.biasHh?.[i] ?? 0))
  const matrix = (array: Float32Array): { values: Float32Array; shape: number[] } => {
    const columns = array.length / rows
    return { values: transposed(array, rows, columns), shape: [columns, rows] }
  }
  return [matrix(own.weightIh), matrix(own.weightHh), { values: bias, shape: [rows] }]
}

/** From output `(N, T, H)` and for each layer h and, LSTM, c `(N, H)`. */
function asPyTorch([output, ...states]: readonly Float32Array[], { T, N, spec }: Workload): RecurrentOutput {
  if (output === undefined) throw new Error('tfjs: expected an output')
  const perLayer = spec.mode === 'LSTM' ? 2 : 1
  const gather = (which: number): Float32Array =>
    Float32Array.from(states.filter((_, i) => i % perLayer === which).flatMap((state) => [...state]))
  return { output: transposed(output, N, T), hn: gather(0), cn: perLayer === 2 ? gather(1) : null }
}

/** `(rows, columns, width)` as `(columns, rows, width)`; the width is what is left. */
export function transposed(array: Float32Array, rows: number, columns: number): Float32Array {
  const width = array.length / (rows * columns)
  const result = new Float32Array(array.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * width
      result.set(array.subarray(from, from + width), (column * rows + row) * width)
    }
  }
  return result
}
