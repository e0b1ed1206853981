import { manualSeed, RNNCell, randn } from '@unroll/torch'

manualSeed(0)
const cell = new RNNCell(10, 20)
let hx = randn(3, 20)
for (const x of randn(6, 3, 10)) hx = cell.forward(x, hx)

console.log(cell)
console.log(hx.narrow(1, 0, 4))
