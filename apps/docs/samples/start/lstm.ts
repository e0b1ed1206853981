import { LSTM, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4)
const x = randn(5, 2, 3) // 5 timesteps, 2 sequences, 3 features
const [output, [hn, cn]] = lstm.forward(x)

console.log(lstm)
console.log('output', output.shape, 'hn', hn.shape, 'cn', cn.shape)
console.log(output.select(0, 4))
