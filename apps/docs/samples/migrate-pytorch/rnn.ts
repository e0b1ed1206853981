import { manualSeed, RNN, randn } from '@unroll/torch'

manualSeed(0)
const rnn = new RNN(3, 4, { nonlinearity: 'relu', bias: false })
const [output, hn] = rnn.forward(randn(5, 3)) // no batch: (timesteps, features)
console.log(output.shape, hn.shape)
console.log(hn)
