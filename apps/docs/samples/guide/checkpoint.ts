import { equal, LSTM, loadWeights, manualSeed, randn, savePt } from '@unroll/torch'

// What torch.save(lstm.state_dict(), 'lstm.pt') would have written.
manualSeed(0)
const trained = new LSTM(8, 16, { bidirectional: true })
const file = savePt(trained.stateDict())
console.log('a file of', file.length, 'bytes')

// In the page: sizes and options are read off the weights.
const lstm = LSTM.fromStateDict(await loadWeights(file))
const x = randn(5, 1, 8)
console.log(lstm)
console.log('same digits:', equal(lstm.forward(x)[0], trained.forward(x)[0]))
