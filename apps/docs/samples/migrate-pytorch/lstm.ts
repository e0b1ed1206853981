import { LSTM, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4, { numLayers: 2, batchFirst: true, dropout: 0.1 }).eval()
const x = randn(2, 5, 3)
const h0 = randn(2, 2, 4)
const c0 = randn(2, 2, 4)

const [output, [hn, cn]] = lstm.forward(x, [h0, c0])
console.log(lstm)
console.log(output.shape, hn.shape, cn.shape)
console.log(output.select(1, -1)) // the last timestep of each sequence
console.log(cn.at(1))
