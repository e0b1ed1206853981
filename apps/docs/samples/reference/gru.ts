import { GRU, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const gru = new GRU(10, 20, { batchFirst: true })
const [output, hn] = gru.forward(randn(3, 5, 10))

console.log(gru)
console.log('output', output.shape, 'hn', hn.shape)
console.log(hn.narrow(2, 0, 4))
