import { manualSeed, RNN, randn } from '@unroll/torch'

manualSeed(0)
const rnn = new RNN(10, 20, { numLayers: 2, nonlinearity: 'relu' })
const [output, hn] = rnn.forward(randn(5, 3, 10), randn(2, 3, 20))

console.log(rnn)
console.log('output', output.shape, 'hn', hn.shape)
console.log(output.select(0, 4).narrow(1, 0, 4))
