import { fromKeras, LSTM, manualSeed, rand, randn } from '@unroll/torch'

manualSeed(0)
// layer.getWeights() of tf.layers.lstm({ units: 5, recurrentActivation: 'sigmoid' }) with 3 inputs
const kernel = rand(3, 20) // (inputs, 4 * units)
const recurrentKernel = rand(5, 20) // (units, 4 * units)
const bias = rand(20) // (4 * units)

const weights = fromKeras('LSTM', { kernel, recurrentKernel, bias }, { recurrentActivation: 'sigmoid' })
const lstm = LSTM.fromStateDict(weights, { batchFirst: true })
const [output, [hn]] = lstm.forward(randn(2, 7, 3)) // (batch, timesteps, features), as in Keras
console.log(lstm)
console.log(output.shape, hn.shape) // returnSequences: true; returnSequences: false is hn.at(0)
