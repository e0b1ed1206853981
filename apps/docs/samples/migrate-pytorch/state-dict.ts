import { LSTM, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const trained = new LSTM(3, 4)
const state = trained.stateDict()
console.log([...state.keys()])

const model = new LSTM(3, 4)
model.loadStateDict(state)
const x = randn(5, 2, 3)
console.log(model.forward(x)[0].sub(trained.forward(x)[0]).abs().max().item())

state.delete('bias_hh_l0')
const { missingKeys, unexpectedKeys } = model.loadStateDict(state, { strict: false })
console.log(missingKeys, unexpectedKeys)
