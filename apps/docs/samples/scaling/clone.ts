import { isTensorClone, LSTM, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4)
// What postMessage does on the way to a worker
const message = structuredClone(lstm.stateDict())

const [weight] = message.values()
console.log(isTensorClone(weight))
const copy = LSTM.fromStateDict(message) // in the worker
const x = randn(5, 2, 3)
console.log(copy.forward(x)[0].sub(lstm.forward(x)[0]).abs().max().item())
