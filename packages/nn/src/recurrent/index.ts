// The room of recurrent modules: their parameters, their weights in an engine, their one call of it, their state dicts.

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
