// What every recurrent module needs: its parameters, its weights in an engine, its call of the engine, its state dict.

export { checkFloatDType, drawParameters, registerParameters } from './parameters.ts'
export { parameterOf, ResidentWeights } from './residentWeights.ts'
export {
  floatsOf,
  inputOf,
  type RecurrentArguments,
  type RecurrentResults,
  runRecurrent,
  runRecurrentAsync,
} from './runRecurrent.ts'
export { prefixesText, type Stored, storedSpec } from './storedSpec.ts'
