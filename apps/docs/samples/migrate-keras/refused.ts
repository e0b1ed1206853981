import { fromKeras, zeros } from '@unroll/torch'

const gru = { kernel: zeros(3, 12), recurrentKernel: zeros(4, 12), bias: zeros(12) }
const lstm = { kernel: zeros(3, 16), recurrentKernel: zeros(4, 16), bias: zeros(16) }
const calls = [
  () => fromKeras('LSTM', lstm),
  () => fromKeras('LSTM', lstm, { recurrentActivation: 'hardSigmoid' }),
  () => fromKeras('GRU', gru, { recurrentActivation: 'sigmoid' }),
]
for (const call of calls) {
  try {
    call()
  } catch (error) {
    console.log(error)
  }
}
