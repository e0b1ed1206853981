import { Linear, Module, manualSeed, ones, Parameter, type Tensor, zeros } from '@unroll/torch'

class Scaled extends Module {
  inner = new Linear(2, 2)
  scale = new Parameter(ones([1]))

  constructor() {
    super()
    this.registerBuffer('calls', zeros([1]))
  }

  override forward(x: Tensor): Tensor {
    return this.inner.forward(x).mul(this.scale)
  }
}

manualSeed(0)
const scaled = new Scaled()
for (const [name, parameter] of scaled.namedParameters()) console.log(name, parameter.shape)
console.log([...scaled.stateDict().keys()])
const handle = scaled.registerForwardHook((_module, _args, output) => {
  console.log('hook', output.shape)
})
scaled.forward(ones([3, 2]))
handle.remove()
console.log(scaled.training, scaled.eval().training)
