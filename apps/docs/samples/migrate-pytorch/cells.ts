import { GRUCell, LSTMCell, manualSeed, RNNCell, randn, stack } from '@unroll/torch'

manualSeed(0)
const rnn = new RNNCell(3, 4, { nonlinearity: 'relu' })
const lstm = new LSTMCell(3, 4)
const gru = new GRUCell(3, 4)
const x = randn(5, 2, 3)

let h = rnn.forward(x.at(0))
let [hx, cx] = lstm.forward(x.at(0))
const outputs = []
for (const xt of x) {
  h = gru.forward(xt, h)
  ;[hx, cx] = lstm.forward(xt, [hx, cx])
  outputs.push(hx)
}
console.log(rnn, lstm, gru)
console.log(stack(outputs).shape)
console.log(h)
console.log(cx)
