import { GRU, manualSeed, tensor } from '@unroll/torch'

manualSeed(0)
const stream = new GRU(1, 2).stream()

const first = stream.step(Float32Array.of(1))
const kept = first.slice() // a copy
const second = stream.step(Float32Array.of(-1))

console.log('the same array:', first === second)
console.log('kept', tensor(kept), 'now', tensor(first))
stream.dispose()
