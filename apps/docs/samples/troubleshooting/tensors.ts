import { Linear, randn, tensor } from '@unroll/torch'

const x = randn(2, 3)
const wrong = [
  () => x.add(randn(4)),
  () => x.matmul(randn(4, 2)),
  () => x.t().view(6),
  () => x.item(),
  () => x.at(2),
  () => x.to('float16').add(1),
  () => tensor([[1], [2, 3]]),
  () => new Linear(2, 2).weight.fill_(1),
]
for (const call of wrong) {
  try {
    call()
  } catch (error) {
    console.log(error)
  }
}
