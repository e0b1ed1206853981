import { GRU, manualSeed } from '@unroll/torch'

manualSeed(0)
const gru = new GRU(1, 3)
const stream = gru.stream()
stream.step(Float32Array.of(0.5))
const saved = stream.state // a copy, (numLayers, batch, hiddenSize)

console.log('goes on  ', stream.step(Float32Array.of(1)).join(' '))
stream.reset(saved)
console.log('once more', stream.step(Float32Array.of(1)).join(' '))

const other = gru.stream() // elsewhere, later
other.reset(saved)
console.log('elsewhere', other.step(Float32Array.of(1)).join(' '))
