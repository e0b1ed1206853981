import { LSTM, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4)
const x = randn(6, 1, 3) // 6 timesteps of 1 sequence

const [whole] = lstm.forward(x)
// The same in two halves: the second one begins with the state in which the first one ended.
const [first, state] = lstm.forward(x.narrow(0, 0, 3))
const [second] = lstm.forward(x.narrow(0, 3, 3), state)

console.log(whole.narrow(0, 3, 3).squeeze(1))
console.log(second.squeeze(1))
console.log(first.shape, second.shape)
