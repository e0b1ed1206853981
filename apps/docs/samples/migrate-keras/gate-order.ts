import { cat, equal, fromKeras, GRU, manualSeed, stack } from '@unroll/torch'

manualSeed(0)
const state = new GRU(3, 4).stateDict()

/** PyTorch's rows r, z, n as Keras' columns z, r, h. */
function columns(name: string) {
  const [r, z, n] = state.get(name)?.split(4) ?? []
  if (!r || !z || !n) throw new Error(`no ${name}`)
  return cat([z, r, n]).t()
}
const kernel = columns('weight_ih_l0') // (3, 12)
const recurrentKernel = columns('weight_hh_l0') // (4, 12)
const bias = stack([columns('bias_ih_l0'), columns('bias_hh_l0')]) // (2, 12)

const weights = fromKeras('GRU', { kernel, recurrentKernel, bias }, { recurrentActivation: 'sigmoid' })
for (const [name, weight] of weights)
  console.log(name, weight.shape, equal(weight, state.get(name) ?? weight.neg()))
