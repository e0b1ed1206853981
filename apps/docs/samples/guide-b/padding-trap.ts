import { allclose, LSTM, manualSeed, packSequence, padSequence, randn } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(4, 6)
const [short, long] = [randn(2, 4), randn(5, 4)] // 2 and 5 timesteps, 4 features

const [, [alone]] = lstm.forward(short) // the short sequence by itself
const [, [padded]] = lstm.forward(padSequence([long, short]))
const [, [packed]] = lstm.forward(packSequence([long, short]))

console.log('alone ', alone.select(0, 0))
console.log('padded', padded.select(0, 0).select(0, 1))
console.log('packed', packed.select(0, 0).select(0, 1))
console.log('packed equals alone:', allclose(packed.select(0, 0).select(0, 1), alone.select(0, 0)))
