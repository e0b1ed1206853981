import { type RecurrentInput, type RecurrentSpec, wasm } from '@unroll/kernels'

const spec: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float64',
  inputSize: 2,
  hiddenSize: 3,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
}
const numbers = (count: number, scale: number) =>
  Float64Array.from({ length: count }, (_, i) => scale * Math.sin(i + 1))
const weights = {
  weightIh: numbers(24, 0.5), // (4*H, I)
  weightHh: numbers(36, 0.5), // (4*H, H)
  biasIh: null,
  biasHh: null,
  weightHr: null,
}
const call: RecurrentInput = {
  input: numbers(8, 1), // (T, N, I) = (4, 1, 2)
  batchSizes: Int32Array.of(1, 1, 1, 1),
  h0: null,
  c0: null,
}
const packed = wasm.pack(spec, [weights])
const tape = wasm.training.recurrent(packed, call)
const ones = new Float64Array(tape.output.length).fill(1) // of the loss, by the outputs
const gradients = tape.backward({ output: ones, hn: null, cn: null })
tape.dispose()

/** The loss: the sum of all outputs. */
function loss(): number {
  packed.update([weights])
  let sum = 0
  for (const y of wasm.recurrent(packed, call).output) sum += y
  return sum
}

const [direction] = gradients.weights
for (const index of [0, 5, 20]) {
  const before = weights.weightIh[index] ?? 0
  weights.weightIh[index] = before + 1e-6
  const above = loss()
  weights.weightIh[index] = before - 1e-6
  const measured = (above - loss()) / 2e-6
  weights.weightIh[index] = before
  console.log(
    `weightIh[${index}]: ${direction?.weightIh?.[index]?.toFixed(6)}, by differences ${measured.toFixed(6)}`,
  )
}
