// What every engine refuses, for those who write one.

export { checkInput, checkState, checkStep, checkStream } from './call.ts'
export { checkGradients, checkTapeWeights, checkWanted } from './gradients.ts'
export { checkMatmul } from './operands.ts'
export { checkWeights } from './weights.ts'
