import { Embedding, Linear, LSTM, randn, tensor, zeros } from '@unroll/torch'

const lstm = new LSTM(3, 4)
const x = randn(5, 2, 3)
const wrong = [
  () => lstm.forward(randn(5, 2, 4)),
  () => lstm.forward(randn(3)),
  () => lstm.forward(randn([5, 2, 3], { dtype: 'float64' })),
  () => lstm.forward(x, [zeros(1, 3, 4), zeros(1, 3, 4)]),
  () => lstm.forward(randn(0, 2, 3)),
  () => new Linear(5, 1).forward(randn(2, 4)),
  () => new Embedding(10, 3).forward(tensor([1, 2])),
  () => new Embedding(10, 3).forward(tensor([1n, 12n])),
]
for (const call of wrong) {
  try {
    call()
  } catch (error) {
    console.log(error)
  }
}
