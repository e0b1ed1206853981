import { defaultEngine, LSTM } from '@unroll/torch'

const lstm = new LSTM(8, 16)
console.log('this layer runs on', lstm.engine.name)
console.log('new layers run on ', defaultEngine().name)
