// What every recurrent module needs: its parameters, its weights in an engine, its call of the engine, its state dict.

export { checkInteger, checkType } from '../arguments.ts'
export { checkFloatDType, drawParameters, registerParameters } from './parameters.ts'
export { parameterOf, ResidentWeights } from './residentWeights.ts'
export {
  argumentFloats,
  inputOf,
  type RecurrentArguments,
  type RecurrentResults,
  runRecurrent,
  runRecurrentAsync,
} from './runRecurrent.ts'
export { prefixesText, type Stored, storedSpec } from './storedSpec.ts'
