import { GRU, LSTM } from '@unroll/torch'

const lstm = new LSTM(3, 4)
const wrong = [
  () => lstm.loadStateDict(new LSTM(3, 4).stateDict({ prefix: 'module.' })),
  () => lstm.loadStateDict(new LSTM(3, 4, { numLayers: 2 }).stateDict()),
  () => lstm.loadStateDict(new GRU(3, 4).stateDict()),
  () => LSTM.fromStateDict(new GRU(3, 4).stateDict()),
  () => LSTM.fromStateDict(new LSTM(3, 4).stateDict({ prefix: 'encoder.' })),
]
for (const call of wrong) {
  try {
    call()
  } catch (error) {
    console.log(error)
  }
}
