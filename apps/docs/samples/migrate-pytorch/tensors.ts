import { arange, cat, ones, stack, tensor, zeros } from '@unroll/torch'

const a = tensor([
  [1, 2, 3],
  [4, 5, 6],
])
const b = arange(6).reshape(2, 3)
console.log(a.dtype, b.dtype, a.add(b).dtype)
console.log(a.at(1, 2).item(), a.slice(1, 0, 2), a.select(0, -1))
console.log(a.matmul(b.t().to('float32')))
console.log(a.sub(a.mean(1, true)).pow(2).sum())
console.log(cat([a, ones(1, 3)]).shape, stack([a, zeros(2, 3)]).shape)

const [values, indices] = a.max(1)
console.log(values, indices)
console.log(a.gt(2).toArray())
console.log(a.data)
