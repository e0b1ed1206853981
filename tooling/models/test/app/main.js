// A user's program. The tests run it in Chromium: bundled and minified, bundled only, or as it is.
import { createGpu } from '@unroll/gpu'
import { wasm } from '@unroll/kernels'
import { Embedding, Linear, Sequential, Softmax } from '@unroll/nn'
import { GRU, LSTM, SelectOutput } from '@unroll/sequence'
import { manualSeed, tensor } from '@unroll/tensor'

manualSeed(0)
const model = new Sequential(
  new Embedding(20, 6),
  new LSTM(6, 8, { projSize: 5, bidirectional: true }),
  new SelectOutput('sequence'),
  new GRU(10, 7),
  new SelectOutput('last'),
  new Linear(7, 3),
  new Softmax(-1),
).eval()
const words = tensor([
  [1n, 2n],
  [3n, 4n],
  [5n, 19n],
])
const results = {}
for (const mode of ['webgpu', 'webgl2']) {
  const gpu = await createGpu({ mode })
  const got = await model.to(gpu).forwardAsync(words)
  results[mode] = { backend: gpu.backend, readbacks: gpu.counters.readbacks, data: [...got.data] }
  gpu.dispose()
}
const errors = []
for (const options of ['webgpu', { mode: 'headlessgl' }]) errors.push(await createGpu(options).catch(String))
const want = await model.to(wasm).forwardAsync(words)
globalThis.answer = { results, want: [...want.data], errors }
