import { LSTM, load, loadWeights, manualSeed, noGrad, savePt } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4)
noGrad(() => lstm.getParameter('bias_ih_l0').slice(0, 4, 8).fill_(1)) // any change: here, forget biases of 1

const file = savePt({ version: 2, model_state_dict: lstm.stateDict() }) // a Uint8Array
console.log(String.fromCharCode(...file.slice(0, 2))) // a zip archive, as torch.save writes it
const weights = await loadWeights(file)
console.log(weights.get('bias_ih_l0')?.slice(0, 4, 8))
const checkpoint = await load(file)
if (checkpoint instanceof Map) console.log([...checkpoint.keys()])
