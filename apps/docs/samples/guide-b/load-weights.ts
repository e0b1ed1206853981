import { Linear, LSTM, loadWeights, manualSeed, randn, savePt } from '@unroll/torch'

manualSeed(0)
const state = new Map([
  ...new LSTM(3, 8).stateDict({ prefix: 'encoder.' }),
  ...new Linear(8, 2).stateDict({ prefix: 'head.' }),
])
const file = savePt({ epoch: 3, model_state_dict: state }) // a training checkpoint, here in memory

const weights = await loadWeights(file) // or 'model.pt', a URL, a File, a Response
for (const [name, { shape, dtype }] of weights) console.log(name, shape, dtype)

const lstm = LSTM.fromStateDict(weights, { prefix: 'encoder.', batchFirst: true })
const head = new Linear(8, 2)
head.loadStateDict(weights, { prefix: 'head.' })
const [, [hn]] = lstm.forward(randn(1, 5, 3))
console.log(`${lstm}`)
console.log(head.forward(hn.select(0, 0)))
