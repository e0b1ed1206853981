import { Dropout, Embedding, LayerNorm, Linear, manualSeed, ReLU, Sequential, tensor } from '@unroll/torch'

manualSeed(0)
const model = new Sequential(
  new Embedding(10, 4, { paddingIdx: 0 }),
  new LayerNorm(4),
  new Linear(4, 3, { bias: false }),
  new ReLU(),
  new Dropout(0.5),
)
model.eval()
console.log(model)
console.log(model.forward(tensor([1n, 0n])))
