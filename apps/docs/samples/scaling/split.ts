import { allclose, cat, LSTM, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4, { batchFirst: true })
const batch = randn(10, 7, 3) // 10 sequences

// Sequences do not see each other: parts of a batch can be computed anywhere.
const parts = batch.chunk(4).map((part) => lstm.forward(part)[0])
const whole = lstm.forward(batch)[0]
console.log(parts.map((part) => part.size(0)))
console.log(allclose(cat(parts), whole, { rtol: 1.3e-6, atol: 1e-5 }))
