import { GRU, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const gru = new GRU(3, 4, { bidirectional: true })
const [output, hn] = gru.forward(randn(5, 2, 3))

const forward = output.select(0, -1).slice(1, 0, 4) // where the forward direction ended
const backward = output.select(0, 0).slice(1, 4, 8) // where the backward direction ended
console.log(hn.shape)
console.log(forward.sub(hn.at(0)).abs().max().item(), backward.sub(hn.at(1)).abs().max().item())
console.log(hn.at(0))
