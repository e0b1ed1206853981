import { Linear, RNN, tensor, zeros } from '@unroll/torch'

// net.toJSON() of new brain.recurrent.RNNTimeStep({ inputSize: 1, hiddenLayers: [2], outputSize: 1 })
const json = {
  hiddenLayers: [
    {
      weight: { rows: 2, columns: 1, weights: [0.5, -0.25] },
      transition: { rows: 2, columns: 2, weights: [0.1, 0.2, -0.3, 0.4] },
      bias: { rows: 2, columns: 1, weights: [0.05, 0.5] },
    },
  ],
  outputConnector: { rows: 1, columns: 2, weights: [1.5, -0.5] },
  output: { rows: 1, columns: 1, weights: [0.25] },
}
const matrix = ({ rows, columns, weights }: { rows: number; columns: number; weights: number[] }) =>
  tensor(Float32Array.from(weights), { shape: [rows, columns] })

const layers = json.hiddenLayers.map(({ weight, transition, bias }) => {
  const state = {
    weight_ih_l0: matrix(weight),
    weight_hh_l0: matrix(transition),
    bias_ih_l0: matrix(bias).flatten(),
    bias_hh_l0: zeros(bias.rows),
  }
  return RNN.fromStateDict(state, { nonlinearity: 'relu' })
})
const head = new Linear(json.outputConnector.columns, json.output.rows)
head.loadStateDict({ weight: matrix(json.outputConnector), bias: matrix(json.output).flatten() })

let x = tensor([[1], [2], [3]]) // (timesteps, inputSize)
for (const layer of layers) [x] = layer.forward(x)
console.log(head.forward(x.select(0, -1)).item().toFixed(6)) // net.run([1, 2, 3])
