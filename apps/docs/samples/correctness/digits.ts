import { LSTM, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(3, 4)
const x = randn(5, 2, 3)
const [output] = lstm.forward(x)
console.log(lstm.getParameter('bias_hh_l0'))
console.log(x.at(4))
console.log(output.at(4))
