// Parts of operations, for modules that compute on an engine of their own.

export { wrapDim } from '../strided/dims.ts'
export { linearShape, packedLinear } from './linear.ts'
export { ofFloats } from './ofFloats.ts'
