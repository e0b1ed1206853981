import { Linear, LSTM, load, loadWeights, manualSeed, savePt } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4)
const head = new Linear(4, 2)
// What torch.save({'epoch': 3, 'model': {...}}, 'checkpoint.pt') writes; in a page, fetch a file instead.
const file = savePt({ epoch: 3, model: { lstm: lstm.stateDict(), head: head.stateDict() } })

const checkpoint = await load(file)
if (checkpoint instanceof Map) console.log(checkpoint.get('epoch'))

const weights = await loadWeights(file)
console.log([...weights.keys()])
console.log(LSTM.fromStateDict(weights, { prefix: 'lstm.' }))
