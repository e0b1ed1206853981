import { GRU, manualSeed } from '@unroll/torch'

manualSeed(0)
using stream = new GRU(1, 2).stream() // disposed at the end of the block

const first = stream.step(Float32Array.of(1))
const kept = first.slice() // a copy
const second = stream.step(Float32Array.of(-1))

console.log('the same array:', first === second)
console.log('kept', kept, 'now', first)
