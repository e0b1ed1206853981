import { GRU, manualSeed, tensor } from '@unroll/torch'

manualSeed(0)
const gru = new GRU(1, 3)
const one = Float32Array.of(1)
const stream = gru.stream()
stream.step(Float32Array.of(0.5))
const saved = stream.state // a copy, (numLayers, batch, hiddenSize)

console.log('goes on  ', tensor(stream.step(one)))
stream.reset(saved)
console.log('once more', tensor(stream.step(one)))

const other = gru.stream() // elsewhere, later
other.reset(saved)
console.log('elsewhere', tensor(other.step(one)))
