import { Adam, Linear, LSTM, Module, manualSeed, mseLoss, noGrad, type Tensor, tensor } from '@unroll/torch'

class Forecast extends Module {
  lstm = new LSTM(1, 20, { batchFirst: true })
  head = new Linear(20, 1)

  override forward(x: Tensor): Tensor {
    return this.head.forward(this.lstm.forward(x)[0])
  }
}

manualSeed(0)
const model = new Forecast()
const optimizer = new Adam(model.parameters(), { lr: 0.01 })
const values = Array.from({ length: 200 }, (_, t) => Math.sin(t / 5))
const series = tensor(values).reshape(1, 200, 1)
for (let step = 0; step < 200; step++) {
  const loss = mseLoss(model.forward(series.slice(1, 0, 199)), series.slice(1, 1))
  optimizer.zeroGrad()
  loss.backward()
  optimizer.step()
}

function forecast(data: number[], count: number): number[] {
  const found: number[] = []
  let [output, state] = model.lstm.forward(tensor(data).reshape(1, -1, 1))
  while (found.length < count) {
    const next = model.head.forward(output.select(1, -1)) // (1, 1)
    found.push(next.item())
    ;[output, state] = model.lstm.forward(next.unsqueeze(0), state)
  }
  return found
}
const found = noGrad(() => forecast(values, 3))
console.log(found.map((value) => value.toFixed(2)))
console.log([200, 201, 202].map((t) => Math.sin(t / 5).toFixed(2))) // what the series goes on with
