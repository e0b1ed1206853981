// What a program that only infers does, and what it must not; the test looks at `program`.
import { GRUCell, LSTMCell, RNNCell } from '@unroll/cells'
import {
  createWasmEngine,
  getNumThreads,
  reference,
  setNumThreads,
  useWasmModule,
  wasm,
} from '@unroll/kernels'
import { Adam, SGD } from '@unroll/optim'
import { GRU, LSTM, packPaddedSequence, RNN } from '@unroll/sequence'
import { manualSeed, noGrad, randn } from '@unroll/tensor'

const engines = { reference: () => reference, wasm: () => wasm, 'wasm simd': () => createWasmEngine('simd') }

/** Everything that layers and cells of all kinds compute, with and without recording. */
function infer(name) {
  const engine = engines[name]()
  manualSeed(0)
  const results = []
  const add = (...tensors) => results.push(...tensors.map(({ data }) => [...data]))
  for (const dtype of ['float32', 'float64']) {
    const layers = [
      new RNN(5, 7, { nonlinearity: 'relu', numLayers: 2, dtype }),
      new GRU(5, 70, { bidirectional: true, batchFirst: true, dtype }),
      new LSTM(5, 7, { projSize: 3, numLayers: 2, bidirectional: true, dtype }),
    ]
    const x = randn([9, 4, 5], { dtype })
    for (const layer of layers) {
      const model = layer.to(engine)
      add(
        model.forward(x)[0],
        noGrad(() => model.eval().forward(x)[0]),
      )
      const { batchFirst } = layer
      const lengths = batchFirst ? [4, 1, 3, 3, 2, 4, 4, 1, 2] : [6, 9, 1, 6]
      add(model.forward(packPaddedSequence(x, lengths, { batchFirst, enforceSorted: false }))[0].data)
    }
    for (const Cell of [RNNCell, GRUCell]) add(new Cell(5, 7, { dtype }).to(engine).forward(x.at(0)))
    add(...new LSTMCell(5, 7, { dtype }).to(engine).forward(x.at(0)))
  }
  const stream = new LSTM(2, 8).to(engine).stream()
  for (const value of [0.5, -1]) results.push([...stream.step(Float32Array.of(value, 1))])
  return { engine: engine.name, results }
}

/** What training says. */
function train(name) {
  const lstm = new LSTM(2, 3).to(engines[name]())
  const said = (what) => {
    try {
      what()
      return null
    } catch (error) {
      return `${error.name}: ${error.message}`
    }
  }
  const steps = [Adam, SGD].map((Optimizer) => {
    const [weight] = lstm.parameters()
    weight.grad = weight.detach().clone()
    const optimizer = new Optimizer([weight], { lr: 0.1 })
    return said(() => optimizer.step())
  })
  return [
    said(() =>
      lstm
        .forward(randn([4, 2]))[0]
        .sum()
        .backward(),
    ),
    ...steps,
  ]
}

async function inferOnThreads() {
  await setNumThreads(2)
  const { results } = infer('wasm')
  const threads = getNumThreads()
  await setNumThreads(1)
  return { threads, results }
}

globalThis.program = {
  useWasmModule,
  infer,
  train,
  inferOnThreads,
  inferAll: () => Object.keys(engines).map(infer),
  trainAll: () => Object.keys(engines).map(train),
}
