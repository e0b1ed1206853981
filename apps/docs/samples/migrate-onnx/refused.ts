import { fromOnnx, ones } from '@unroll/torch'

const gru = { W: ones(1, 12, 3), R: ones(1, 12, 4) }
const lstm = { W: ones(1, 16, 3), R: ones(1, 16, 4) }
const calls = [
  () => fromOnnx('GRU', gru),
  () => fromOnnx('LSTM', lstm, { clip: 3 }),
  () => fromOnnx('LSTM', { ...lstm, P: ones(1, 12) }),
  () => fromOnnx('LSTM', lstm, { activations: ['HardSigmoid', 'Tanh', 'Tanh'] }),
]
for (const call of calls) {
  try {
    call()
  } catch (error) {
    console.log(error)
  }
}
