import { type DirectionWeights, type RecurrentSpec, reference } from '@unroll/kernels'
import { manualSeed, RNN } from '@unroll/torch'

const spec: RecurrentSpec = {
  mode: 'RNN_TANH',
  dtype: 'float64',
  inputSize: 1,
  hiddenSize: 4,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
}
manualSeed(0)
const rnn = new RNN(1, 4, { dtype: 'float64' }) // PyTorch's initial weights
const numbers = (name: string) => Float64Array.from(rnn.getParameter(name).data, Number)
const [weightIh, weightHh] = [numbers('weight_ih_l0'), numbers('weight_hh_l0')]
const [biasIh, biasHh] = [numbers('bias_ih_l0'), numbers('bias_hh_l0')]
const weights: DirectionWeights = { weightIh, weightHh, biasIh, biasHh, weightHr: null }

// The task: after each timestep of a sine, the first hidden unit shall be its next value.
const sine = Float64Array.from({ length: 33 }, (_, t) => 0.8 * Math.sin(t / 2))
const call = { input: sine.slice(0, 32), batchSizes: new Int32Array(32).fill(1), h0: null, c0: null }

const packed = reference.pack(spec, [weights])
for (let step = 0; step <= 400; step++) {
  packed.update([weights])
  const tape = reference.training.recurrent(packed, call)
  const gradient = new Float64Array(tape.output.length) // of the loss, by the outputs (T, N, H) = (32, 1, 4)
  let loss = 0
  for (let t = 0; t < 32; t++) {
    const error = (tape.output[4 * t] ?? 0) - (sine[t + 1] ?? 0)
    loss += error ** 2 / 32
    gradient[4 * t] = (2 * error) / 32
  }
  const [d] = tape.backward({ output: gradient, hn: null, cn: null }).weights
  for (const [weight, slope] of [
    [weightIh, d?.weightIh],
    [weightHh, d?.weightHh],
    [biasIh, d?.biasIh],
    [biasHh, d?.biasHh],
  ] as const) {
    for (let i = 0; i < weight.length; i++) weight[i] = (weight[i] ?? 0) - 0.1 * (slope?.[i] ?? 0)
  }
  tape.dispose()
  if (step % 100 === 0) console.log(`step ${step}: loss ${loss.toFixed(4)}`)
}
