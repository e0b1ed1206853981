import { Adam, Linear, LSTM, Module, manualSeed, mseLoss, type Tensor, tensor } from '@unroll/torch'

class Forecast extends Module {
  lstm = new LSTM(1, 16)
  head = new Linear(16, 1)

  override forward(x: Tensor): Tensor {
    const [output] = this.lstm.forward(x)
    return this.head.forward(output)
  }
}

manualSeed(0)
const model = new Forecast()
const optimizer = new Adam(model.parameters(), { lr: 0.01 })

// At each timestep of a sine: which value comes next?
const sine = tensor(Float32Array.from({ length: 101 }, (_, t) => Math.sin(t / 5))).reshape(101, 1, 1)
const x = sine.slice(0, 0, 100) // (timesteps, batch, features)
const next = sine.slice(0, 1, 101)

for (let step = 0; step <= 100; step++) {
  const loss = mseLoss(model.forward(x), next)
  optimizer.zeroGrad()
  loss.backward()
  optimizer.step()
  if (step % 20 === 0) console.log(`step ${step}: loss ${loss.item().toFixed(4)}`)
}
