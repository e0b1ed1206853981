import type { RecurrentOutput } from '@unroll/kernels'
import type { Contender } from '../contender.ts'
import { timer } from '../rounds.ts'
import { multiplyAdds, type Workload } from '../workload.ts'
import { requireOnDemand } from './onDemand.ts'

/** Multiply-adds of a call up to which TF.js takes part: about half a second. */
const limit = 1e9

/** TensorFlow.js' Keras layers on its WebAssembly SIMD backend. */
export async function tfjsWasm(threads: number): Promise<Contender | null> {
  const tf: Core | null = requireOnDemand('@tensorflow/tfjs-core')
  const keras: Layers | null = requireOnDemand('@tensorflow/tfjs-layers')
  const backend: Backend | null = requireOnDemand('@tensorflow/tfjs-backend-wasm')
  if (tf === null || keras === null || backend === null) return null
  backend.setThreadsCount(threads)
  await tf.setBackend('wasm')

  return {
    name: 'tfjs-wasm',
    variant: backend.version_wasm,
    declines,
    prepare: async (workload) => {
      const { T, N, spec, input } = workload
      const inputs = keras.input({ batchShape: [N, T, spec.inputSize] })
      const outputs: Value[] = []
      let below = inputs
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
        const [output, ...states] = layer.apply(below)
        if (output === undefined) throw new Error('tfjsWasm: expected a layer with an output')
        below = output
        outputs.push(...states)
        return layer
      })
      const model = keras.model({ inputs, outputs: [below, ...outputs] })
      layers.forEach((layer, index) => {
        layer.setWeights(kerasWeights(workload, index).map(({ values, shape }) => tf.tensor(values, shape)))
      })
      const batchMajor = tf.tensor(transposed(input, T, N), [N, T, spec.inputSize])
      const run = (): Float32Array[] => {
        const results = model.predictOnBatch(batchMajor)
        const values = results.map((result) => result.dataSync())
        tf.dispose(results)
        return values
      }
      return {
        output: async () => asPyTorch(run(), workload),
        time: timer(run, { async: false }),
        dispose: async () => {
          model.dispose()
          batchMajor.dispose()
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

/** Kernel `(I, G*H)`, recurrent kernel `(H, G*H)`, one bias `(G*H)`; the LSTM's gates i, f, c, o are PyTorch's. */
function kerasWeights(
  { weights, spec }: Workload,
  layer: number,
): { values: Float32Array; shape: number[] }[] {
  const own = weights[layer]
  if (own === undefined) throw new RangeError(`tfjsWasm: expected weights of layer ${layer}`)
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
  if (output === undefined) throw new Error('tfjsWasm: expected an output')
  const perLayer = spec.mode === 'LSTM' ? 2 : 1
  const gather = (which: number): Float32Array =>
    Float32Array.from(states.filter((_, i) => i % perLayer === which).flatMap((state) => [...state]))
  return { output: transposed(output, N, T), hn: gather(0), cn: perLayer === 2 ? gather(1) : null }
}

/** `(rows, columns, width)` as `(columns, rows, width)`; the width is what is left. */
function transposed(array: Float32Array, rows: number, columns: number): Float32Array {
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

// What is used of TF.js, which a clone does not have.

interface Value {
  dataSync(): Float32Array
  dispose(): void
}

interface Core {
  setBackend(name: string): Promise<boolean>
  tensor(values: Float32Array, shape: readonly number[]): Value
  dispose(values: readonly Value[]): void
}

interface Backend {
  readonly version_wasm: string
  setThreadsCount(count: number): void
}

interface Layer {
  apply(input: Value): Value[]
  setWeights(weights: readonly Value[]): void
}

interface Layers {
  readonly layers: {
    lstm(options: object): Layer
    simpleRNN(options: object): Layer
  }
  input(options: { batchShape: readonly number[] }): Value
  model(graph: { inputs: Value; outputs: readonly Value[] }): {
    predictOnBatch(input: Value): Value[]
    dispose(): void
  }
}
