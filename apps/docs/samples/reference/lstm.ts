import { LSTM, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(10, 20, { numLayers: 2, bidirectional: true, projSize: 6 })
const x = randn(5, 3, 10)
const [output, [hn, cn]] = lstm.forward(x)

console.log(lstm)
console.log('output', output.shape, 'hn', hn.shape, 'cn', cn.shape)
console.log(output.select(0, 4).narrow(1, 0, 4))
