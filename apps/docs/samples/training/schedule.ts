import {
  AdamW,
  CosineAnnealingLR,
  clipGradNorm,
  GRU,
  LinearLR,
  manualSeed,
  randn,
  SequentialLR,
} from '@unroll/torch'

manualSeed(0)
const gru = new GRU(3, 8)
const matrices = gru.parameters().filter((parameter) => parameter.ndim === 2)
const biases = gru.parameters().filter((parameter) => parameter.ndim === 1)
const optimizer = new AdamW([{ params: matrices }, { params: biases, weightDecay: 0 }], { lr: 0.1 })
const warmUp = new LinearLR(optimizer, { startFactor: 0.25, totalIters: 2 })
const schedule = new SequentialLR(optimizer, [warmUp, new CosineAnnealingLR(optimizer, 4)], [2])

const x = randn([10, 2, 3])
for (let epoch = 0; epoch < 6; epoch++) {
  const [output] = gru.forward(x)
  optimizer.zeroGrad()
  output.pow(2).sum().backward()
  const norm = clipGradNorm(gru.parameters(), 1)
  optimizer.step()
  console.log(`lr ${optimizer.paramGroups[0]?.lr.toFixed(4)}, norm ${norm.item().toFixed(2)}`)
  schedule.step()
}
