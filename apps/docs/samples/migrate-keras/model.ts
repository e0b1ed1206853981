import {
  fromKeras,
  Linear,
  LSTM,
  manualSeed,
  rand,
  randn,
  SelectOutput,
  Sequential,
  Softmax,
} from '@unroll/torch'

manualSeed(0)
// A Keras model of LSTM(5) and Dense(2, activation='softmax'): its arrays, in the order of model.get_weights()
const [kernel, recurrentKernel, bias] = [rand(3, 20), rand(5, 20), rand(20)]
const [denseKernel, denseBias] = [rand(5, 2), rand(2)] // (inputs, outputs)

const options = { recurrentActivation: 'sigmoid' }
const lstm = LSTM.fromStateDict(fromKeras('LSTM', { kernel, recurrentKernel, bias }, options), {
  batchFirst: true,
})
const dense = new Linear(5, 2)
dense.loadStateDict({ weight: denseKernel.t(), bias: denseBias }) // (outputs, inputs)

const model = new Sequential(lstm, new SelectOutput('last'), dense, new Softmax(-1)).eval()
console.log(model)
console.log(model.forward(randn(4, 7, 3)).sum(1))
