import { Adam, clipGradNorm, LSTM, manualSeed, mseLoss, randn, zeros } from '@unroll/torch'

manualSeed(0)
const model = new LSTM(3, 4)
const optimizer = new Adam(model.parameters(), { lr: 0.1 })
const [x, target] = [randn(5, 2, 3), zeros(5, 2, 4)]
for (let step = 0; step < 3; step++) {
  const loss = mseLoss(model.forward(x)[0], target)
  optimizer.zeroGrad()
  loss.backward()
  clipGradNorm(model.parameters(), 1)
  optimizer.step()
  console.log(loss.item().toFixed(6))
}
