import { calculateGain, Linear, manualSeed, xavierUniform_, zeros_ } from '@unroll/torch'

manualSeed(0)
const linear = new Linear(3, 2)
linear.apply((module) => {
  if (!(module instanceof Linear)) return
  xavierUniform_(module.weight, { gain: calculateGain('tanh') })
  if (module.bias) zeros_(module.bias)
})
console.log(linear.weight)
console.log(linear.bias)
