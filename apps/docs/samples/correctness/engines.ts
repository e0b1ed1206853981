import { allclose, GRU, LSTM, manualSeed, randn, reference, wasm } from '@unroll/torch'

manualSeed(0)
const x = randn(20, 3, 8)
const lstm = new LSTM(8, 16, { numLayers: 2, bidirectional: true, projSize: 4 })
const gru = new GRU(8, 16, { bidirectional: true })
const tolerance = { rtol: 1.3e-6, atol: 1e-5 } // PyTorch's own, for float32

lstm.to(reference) // the equations, in plain TypeScript
const [slow] = lstm.forward(x)
lstm.to(wasm) // WebAssembly SIMD
const [fast] = lstm.forward(x)
console.log(lstm.engine.name, allclose(fast, slow, tolerance))
console.log(gru.engine.name, allclose(gru.forward(x)[0], gru.to(reference).forward(x)[0], tolerance))
