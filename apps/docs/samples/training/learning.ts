import { gradientNorms, LSTM, manualSeed, noGrad, PackedSequence, randn } from '@unroll/torch'

manualSeed(0)
const lstm = new LSTM(4, 8)
const x = randn([30, 1, 4])

function look(): void {
  lstm.zeroGrad()
  const { results, steps } = lstm.trace(x)
  const [output] = results
  if (output instanceof PackedSequence) return
  output.select(0, -1).sum().backward() // a loss of the last timestep

  console.log('forget gates', steps[15]?.gates['f']?.detach())
  for (const timestep of [29, 20, 10, 0]) {
    const gradient = steps[timestep]?.h.grad?.abs().sum().item()
    console.log(`timestep ${timestep}: ${gradient?.toExponential(1)}`)
  }
  console.log('weight_hh_l0', gradientNorms(lstm).get('weight_hh_l0')?.toFixed(3))
}

look()
noGrad(() => lstm.getParameter('bias_ih_l0').narrow(0, 8, 8).fill_(4)) // the forget gates open
look()
