// What every recurrent module needs: its parameters, its weights in an engine, its call of the engine, its state dict.

export { checkInteger, checkType } from '../arguments.ts'
export { composedRecurrent } from './composedRecurrent.ts'
export { checkFloatDType, drawParameters, registerParameters } from './parameters.ts'
export {
  argumentFloats,
  inputOf,
  type RecurrentArguments,
  type RecurrentResults,
} from './recurrentCall.ts'
export { type ModuleWeights, parameterOf, ResidentWeights } from './residentWeights.ts'
export { runRecurrent, runRecurrentAsync } from './runRecurrent.ts'
export { stepOf } from './steps.ts'
export { prefixesText, type Stored, storedSpec } from './storedSpec.ts'
