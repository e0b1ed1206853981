import { defineOperation, gradcheck, randn, type Tensor, tensor } from '@unroll/torch'

// The sign, with a gradient as if it were the identity.
const sign = defineOperation('StraightSign', (_, x: Tensor) => ({
  result: x.gt(0).to(x.dtype).mul(2).sub(1),
  backward: (gradient) => [gradient],
}))
const x = tensor([0.3, -2], { requiresGrad: true })
console.log(sign(x))

x.registerHook((gradient) => console.log('arrives:', gradient))
sign(x).mul(5).sum().backward()

// The cube keeps its input for the way back.
const cube = defineOperation('Cube', ({ save }, t: Tensor) => {
  const saved = save(t)
  return { result: t.pow(3), backward: (gradient) => [gradient.mul(saved().pow(2).mul(3))] }
})
console.log(gradcheck(cube, [randn(4, { dtype: 'float64', requiresGrad: true })]))
