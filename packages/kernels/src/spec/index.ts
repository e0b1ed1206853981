// The parts of a recurrent layer, for packages that store, build or measure one.

export type { DirectionWeights, RecurrentMode, RecurrentSpec } from '../contract/recurrent.ts'
export { gateCount, gateLetters, kindOf, kindOfGates, modeOf, type RecurrentKind } from './kinds.ts'
export {
  type DirectionParameters,
  type LayerSpec,
  type ParameterSpec,
  parameterList,
  parametersOf,
  suffixesOf,
  suffixOf,
} from './parameters.ts'
export { readSpec, type StoredSpec } from './readSpec.ts'
export { layerInputSize, type Sizes, sizesOf } from './sizes.ts'
