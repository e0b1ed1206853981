// A program that only infers. It says what it has computed, and what training says.
import { LSTM } from '@unroll/sequence'
import { manualSeed, ones } from '@unroll/tensor'

manualSeed(0)
const [output] = new LSTM(3, 4).forward(ones([2, 1, 3]))
let training = 'there'
try {
  output.sum().backward()
} catch ({ message }) {
  training = message
}
console.log(JSON.stringify({ output: [...output.data], training }))
