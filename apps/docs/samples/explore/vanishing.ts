import { GRU, LSTM, manualSeed, RNN, randn } from '@unroll/torch'

manualSeed(1)
const options = { dtype: 'float64' } as const // in float32 a gradient below 1e-45 is 0
const layers = [new RNN(8, 32, options), new LSTM(8, 32, options), new GRU(8, 32, options)]
const x = randn([100, 1, 8], options).narrow(0, 50, 50) // the end of a sequence of 100

for (const layer of layers) {
  const { steps } = layer.trace(x)
  steps.at(-1)?.h.sum().backward() // a loss of the last timestep
  const norms = steps.map(({ h }) => h.grad?.pow(2).sum().sqrt().item() ?? 0)
  for (const timestep of [1, 26, 40, 50]) {
    const share = (norms[timestep - 1] ?? 0) / (norms[49] ?? 1)
    console.log(layer.mode, `timestep ${timestep}: ${share.toExponential(3)}`)
  }
}
