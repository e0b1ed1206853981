import { GRU, LayerNorm, Linear, manualSeed, SelectOutput, Sequential, Sigmoid } from '@unroll/torch'

manualSeed(0)
const model = new Sequential(
  new LayerNorm(3),
  new GRU(3, 16, { numLayers: 2 }),
  new SelectOutput('sequence'), // of the results of the GRU, its outputs
  new Linear(16, 1),
  new Sigmoid(),
).eval()

const stream = model.stream()
console.log('numbers per step:', stream.width)
for (let t = 0; t < 4; t++) {
  const [alarm] = stream.step(Float32Array.of(Math.sin(t), Math.cos(t), t / 4))
  console.log(`t=${t}`, alarm?.toFixed(4))
}
