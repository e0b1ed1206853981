import { allclose, equal, LSTM, manualSeed, randn, stack, tensor } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(8, 16)
const x = randn(20, 1, 8) // 20 timesteps, one sequence
const [first] = lstm.forward(x)
const [second] = lstm.forward(x)
console.log('the same call again, bit for bit:', equal(first, second))

const stream = lstm.stream()
const steps = [...x].map((xt) =>
  tensor(stream.step(Float32Array.from(xt.data, Number)).slice(), { shape: [1, 16] }),
)
console.log('step by step, within 1e-6:', allclose(stack(steps), first, { rtol: 0, atol: 1e-6 }))
