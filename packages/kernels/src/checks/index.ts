// Checks that every engine makes, for authors of engines.

export { checkInput, checkState, checkStep, checkStream } from './call.ts'
export { checkGradients, checkTapeWeights, checkWanted } from './gradients.ts'
export { checkMatmul } from './operands.ts'
export { checkTapeOptions } from './tapeOptions.ts'
export { checkWeights } from './weights.ts'
