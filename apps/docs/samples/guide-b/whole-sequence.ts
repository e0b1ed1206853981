import { allclose, LSTM, LSTMCell, manualSeed, randn, zeros } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(8, 16)
const x = randn(100, 4, 8) // 100 timesteps, 4 sequences

const [, [hn]] = lstm.forward(x) // fast: one call of the engine

const cell = LSTMCell.fromStateDict(lstm.stateDict(), { layer: 0 })
let [h, c] = [zeros(4, 16), zeros(4, 16)]
for (const step of x) [h, c] = cell.forward(step, [h, c]) // slow: 100 calls

console.log('same state:', allclose(hn.select(0, 0), h))
