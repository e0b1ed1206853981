import { LSTM } from '@unroll/sequence'
import { randn } from '@unroll/tensor'

const lstm = new LSTM(3, 4)
lstm.forward(randn(5, 2, 3))
console.log(lstm.engine.name) // 'reference' where WebAssembly may not be compiled
