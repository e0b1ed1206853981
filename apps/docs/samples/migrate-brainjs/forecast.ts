import { Linear, LSTM, loadWeights, manualSeed, savePt, tensor } from '@unroll/torch'

// Stands for forecast.pt: weights that nobody trained.
manualSeed(0)
const file = savePt({ lstm: new LSTM(1, 20).stateDict(), head: new Linear(20, 1).stateDict() })

const weights = await loadWeights(file)
const lstm = LSTM.fromStateDict(weights, { prefix: 'lstm.', batchFirst: true })
const head = new Linear(20, 1)
head.loadStateDict(await loadWeights(file, { prefix: 'head.' }))

function forecast(data: number[], count: number): number[] {
  const values: number[] = []
  let [output, state] = lstm.forward(tensor(data).reshape(1, -1, 1))
  while (values.length < count) {
    const next = head.forward(output.select(1, -1)) // (1, 1)
    values.push(next.item())
    ;[output, state] = lstm.forward(next.unsqueeze(0), state)
  }
  return values
}
console.log(forecast([0.1, 0.2, 0.3], 3).map((value) => value.toFixed(4)))
