// Modules

// Layers
export { DeviceTensor, type DeviceValue, deviceArray } from './deviceValue.ts'
export { Dropout } from './dropout.ts'
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from './embedding.ts'
export type {
  ForwardArgs,
  ForwardHook,
  ForwardPreHook,
  ForwardResult,
  HookOptions,
  RemovableHandle,
} from './forwardHooks.ts'
// Initialisation
export {
  calculateGain,
  constant_,
  type KaimingOptions,
  kaimingNormal_,
  kaimingUniform_,
  type Nonlinearity,
  normal_,
  ones_,
  orthogonal_,
  uniform_,
  type XavierOptions,
  xavierNormal_,
  xavierUniform_,
  zeros_,
} from './init.ts'
export { Linear, type LinearOptions } from './linear.ts'
export { type MembersOptions, Module } from './module.ts'
export { Parameter } from './parameter.ts'
// Memory of engines
export { type DirectionTensors, ResidentWeights } from './residentWeights.ts'
export { type InputOf, type OutputOf, Sequential } from './sequential.ts'
export { Softmax } from './softmax.ts'
export {
  type IncompatibleKeys,
  type LoadStateDictOptions,
  type SizeMismatch,
  StateDictError,
} from './stateDict.ts'
