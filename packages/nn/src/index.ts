// Modules

// Layers
export { DeviceTensor, type DeviceValue, deviceArray } from './deviceValue.ts'
export { Dropout, type DropoutOptions } from './dropout.ts'
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
export type { MembersOptions } from './members.ts'
export { Module } from './module.ts'
// For those who write layers
export { residentOf } from './moduleState.ts'
export type { ModuleStream, StreamState } from './moduleStream.ts'
export { Parameter } from './parameter.ts'
export { type DirectionTensors, ResidentWeights } from './residentWeights.ts'
export { type InputOf, type OutputOf, Sequential } from './sequential.ts'
export type { SequentialStream, SequentialStreamOptions } from './sequentialStream.ts'
export { skipInit } from './skipInit.ts'
export { Softmax } from './softmax.ts'
export {
  type IncompatibleKeys,
  type LoadStateDictOptions,
  type SizeMismatch,
  StateDictError,
} from './stateDict.ts'
export { type StateDict, stateTensors } from './stateTensors.ts'
