import { fromKeras, LSTM, manualSeed, rand } from '@unroll/torch'

manualSeed(0)
// A Bidirectional(LSTM(5)) has the three arrays of the forward layer, then those of the backward one.
const arrays = () => ({ kernel: rand(3, 20), recurrentKernel: rand(5, 20), bias: rand(20) })
const options = { recurrentActivation: 'sigmoid' }
const weights = new Map([
  ...fromKeras('LSTM', arrays(), options),
  ...fromKeras('LSTM', arrays(), { ...options, reverse: true, goBackwards: true }),
])
console.log([...weights.keys()])
console.log(LSTM.fromStateDict(weights, { batchFirst: true }))
