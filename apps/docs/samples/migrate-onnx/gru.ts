import { fromOnnx, GRU, manualSeed, rand, randn } from '@unroll/torch'

manualSeed(0)
// The initializers of a GRU node that torch.onnx.export wrote; H = 4, 3 inputs
const W = rand(1, 12, 3) // (directions, 3*H, inputs)
const R = rand(1, 12, 4) // (directions, 3*H, H)
const B = rand(1, 24) // (directions, 6*H)

const weights = fromOnnx('GRU', { W, R, B }, { linearBeforeReset: 1 })
const gru = GRU.fromStateDict(weights)
const [output] = gru.forward(randn(5, 2, 3))
for (const [name, weight] of weights) console.log(name, weight.shape)
console.log(gru, output.shape)
