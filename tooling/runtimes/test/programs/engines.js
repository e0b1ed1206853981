// Runs where there is nothing but JavaScript; the test looks at `program`.
import * as kernels from '@unroll/kernels'

const spec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 3,
  hiddenSize: 4,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
}
const fill = (length, factor) => Float32Array.from({ length }, (_, i) => Math.sin(i * factor))

function run(engine) {
  const weights = engine.pack(spec, [
    {
      weightIh: fill(16 * 3, 1),
      weightHh: fill(16 * 4, 2),
      biasIh: fill(16, 3),
      biasHh: fill(16, 4),
      weightHr: null,
    },
  ])
  const { output } = engine.recurrent(weights, {
    input: fill(5 * 2 * 3, 5),
    batchSizes: Int32Array.of(2, 2, 2, 2, 2),
    h0: null,
    c0: null,
  })
  return { engine: engine.name, variant: engine.variant ?? '', output: [...output] }
}

async function runOnThreads() {
  await kernels.setNumThreads(2)
  return { ...run(kernels.wasm), threads: kernels.getNumThreads() }
}

globalThis.program = { ...kernels, run, runDefault: () => run(kernels.defaultEngine()), runOnThreads }
