import { GRU, manualSeed, ones, wasm } from '@unroll/torch'

const inUse = (): string => `${(wasm.allocatedBytes / 1e6).toFixed(0)} MB`

manualSeed(0)
const gru = new GRU(256, 512) // made once, not for every call
const x = ones(1, 1, 256)
console.log('before', inUse())
gru.flattenParameters() // packs the weights now; else the first forward does
console.log('packed', inUse())
gru.forward(x)
console.log('after 1 call', inUse())
for (let i = 0; i < 100; i++) gru.forward(x)
console.log('after 100 more', inUse())
gru.dispose()
console.log('disposed', inUse())
