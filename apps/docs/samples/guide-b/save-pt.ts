import { equal, LSTM, load, loadWeights, manualSeed, savePt, saveSafetensors } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 5)
const pt = savePt({ epoch: 4, model_state_dict: lstm.stateDict() }) // bytes, a Uint8Array
const safetensors = saveSafetensors(lstm.stateDict())

const saved = await load(pt) // the object itself
if (saved instanceof Map) console.log([...saved.keys()], 'epoch', saved.get('epoch'))

const weights = await loadWeights(safetensors)
for (const [name, value] of lstm.stateDict()) {
  const read = weights.get(name)
  console.log(name, read !== undefined && equal(read, value))
}
