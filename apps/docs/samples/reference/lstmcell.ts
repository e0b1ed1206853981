import { LSTMCell, manualSeed, randn } from '@unroll/torch'

manualSeed(0)
const cell = new LSTMCell(10, 20)
let [hx, cx] = [randn(3, 20), randn(3, 20)]
for (const x of randn(2, 3, 10)) [hx, cx] = cell.forward(x, [hx, cx])

console.log(cell)
console.log(hx.narrow(1, 0, 4))
