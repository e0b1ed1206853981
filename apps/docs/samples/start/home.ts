import { LSTM, manualSeed, randn } from '@unroll/torch'

manualSeed(0) // the digits are PyTorch's
const lstm = new LSTM(10, 20, { numLayers: 2 })
const [output, [hn, cn]] = lstm.forward(randn(5, 3, 10))

console.log('output', output.shape, 'hn', hn.shape, 'cn', cn.shape)
console.log(output.select(0, 4).narrow(1, 0, 6))
console.log('computed by', lstm.engine.name)
