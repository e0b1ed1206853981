import { inspect, LSTM, savePt } from '@unroll/torch'

const model = new LSTM(3, 8, { numLayers: 2, bidirectional: true })
const file = savePt({ epoch: 3, model_state_dict: model.stateDict({ prefix: 'encoder.' }) })

const { format, tensors, values, safe, globals, modules } = await inspect(file)
console.log(format, tensors.size, 'tensors', [...values])
console.log('safe:', safe)
for (const { name, verdict } of globals) console.log(' ', verdict, name)
console.log(modules)
