// A worker of workerd, which computes with the reference engine: it may not compile WebAssembly.
import { LSTM } from '@unroll/sequence'
import { arange } from '@unroll/tensor'
import { loadWeights } from '@unroll/weights'
import { checkpoint } from './checkpoint.js'
import { compute } from './program.js'

// Made before there is a request. At that time workerd gives no random numbers.
const model = LSTM.fromStateDict(await loadWeights(checkpoint))

export default {
  async test() {
    const result = await compute()
    const [answer] = model.forward(arange(12, { dtype: 'float32' }).reshape([2, 2, 3]))
    console.log(JSON.stringify({ ...result, values: { ...result.values, answer: [...answer.data] } }))
  },
}
