import { cat, equal, fromOnnx, LSTM, manualSeed } from '@unroll/torch'

manualSeed(0)
const state = new LSTM(3, 4, { bias: false }).stateDict()

/** PyTorch's rows i, f, g, o as ONNX's rows i, o, f, c, with a dimension of directions. */
function onnxRows(name: string) {
  const [i, f, g, o] = state.get(name)?.split(4) ?? []
  if (!i || !f || !g || !o) throw new Error(`no ${name}`)
  return cat([i, o, f, g]).unsqueeze(0)
}
const weights = fromOnnx('LSTM', { W: onnxRows('weight_ih_l0'), R: onnxRows('weight_hh_l0') })
for (const [name, weight] of weights)
  console.log(name, weight.shape, equal(weight, state.get(name) ?? weight.neg()))
