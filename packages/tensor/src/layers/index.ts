// What the packages of layers use of this one, and users do not need.

export { isRecorded } from '../autograd/apply.ts'
export { withGrad } from '../autograd/gradMode.ts'
export { checkNumber } from '../checks.ts'
export { Inspectable } from '../format/inspectable.ts'
export { checkGenerator } from '../random/generator.ts'
export { wrapDim } from '../strided/dims.ts'
export { shapeText } from '../strided/strided.ts'
export { Counter } from './counter.ts'
export { linearShape, packedLinear, recordLinear } from './linear.ts'
export { ofFloats } from './ofFloats.ts'
export { addPositions, takePositions } from './positions.ts'
export {
  type GradientRule,
  type InputGradients,
  record,
  recordInputs,
  recordOnDevice,
  type ThroughOutputs,
} from './record.ts'
export { putRows, takeRows } from './rows.ts'
