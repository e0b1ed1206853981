import { allclose, LSTM, manualSeed, randn, reference, wasm } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(32, 64)
const x = randn(20, 4, 32)

const [fast] = lstm.to(wasm).forward(x)
console.log(lstm.engine.name)
const [plain] = lstm.to(reference).forward(x)
console.log(lstm.engine.name)
console.log('agree:', allclose(fast, plain, { rtol: 1.3e-6, atol: 1e-5 }))
