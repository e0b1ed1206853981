import { LSTM, manualSeed } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4, { numLayers: 2 })
for (const [name, { shape }] of lstm.stateDict()) console.log(name, shape)
console.log(lstm.allWeights.map((layer) => layer.length))
