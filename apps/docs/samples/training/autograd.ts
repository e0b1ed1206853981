import { grad, noGrad, tensor } from '@unroll/torch'

const w = tensor([1, 2], { requiresGrad: true })
const y = w.mul(w).sum()
console.log(y)

y.backward()
console.log(w.grad) // 2 w
w.mul(3).sum().backward()
console.log(w.grad) // gradients add up, until zeroGrad()

// Gradients of gradients; w.grad stays as it is:
const [slope] = grad([w.pow(3).sum()], [w], { createGraph: true })
console.log(slope) // 3 w²
if (slope) console.log(...grad([slope.sum()], [w])) // 6 w

noGrad(() => w.sub_(0.5)) // a change that is not recorded
console.log(w, w.detach())
