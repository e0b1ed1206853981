// Modules

export type {
  ForwardArgs,
  ForwardHook,
  ForwardPreHook,
  ForwardResult,
  HookOptions,
  RemovableHandle,
} from './forwardHooks.ts'
export type { MembersOptions } from './members.ts'
export { Module } from './module.ts'
export { Parameter } from './parameter.ts'
export { skipInit } from './skipInit.ts'
export {
  type IncompatibleKeys,
  type LoadStateDictOptions,
  type SizeMismatch,
  StateDictError,
} from './stateDict.ts'

// Containers

export { ModuleDict, type ModulesByName } from './moduleDict.ts'
export { ModuleList } from './moduleList.ts'
export { type InputOf, type OutputOf, Sequential } from './sequential.ts'
export type { SequentialStream, SequentialStreamOptions } from './sequentialStream.ts'

// Layers

export { ReLU, type ReLUOptions, Sigmoid, Tanh } from './activations.ts'
export { BatchNorm1d, type BatchNorm1dOptions } from './batchNorm1d.ts'
export { Conv1d, type Conv1dOptions } from './conv1d.ts'
export { Dropout, type DropoutOptions } from './dropout.ts'
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from './embedding.ts'
export { Flatten } from './flatten.ts'
export type { PaddingMode } from './functional/padding.ts'
export { Identity } from './identity.ts'
export { LayerNorm, type LayerNormOptions } from './layerNorm.ts'
export { Linear, type LinearOptions } from './linear.ts'
export { LogSoftmax } from './logSoftmax.ts'
export { MaxPool1d, type MaxPool1dOptions, type Pooled } from './maxPool1d.ts'
export { Softmax } from './softmax.ts'

// Training

export { gradientNorms } from './gradientNorms.ts'

// Losses

export { BCELoss, type BCELossOptions, binaryCrossEntropy } from './losses/binaryCrossEntropy.ts'
export {
  BCEWithLogitsLoss,
  type BCEWithLogitsLossOptions,
  binaryCrossEntropyWithLogits,
} from './losses/binaryCrossEntropyWithLogits.ts'
export { CrossEntropyLoss, type CrossEntropyLossOptions, crossEntropy } from './losses/crossEntropy.ts'
export { CTCLoss, type CTCLossOptions, ctcLoss, type Lengths } from './losses/ctcLoss.ts'
export { HuberLoss, type HuberLossOptions, huberLoss } from './losses/huberLoss.ts'
export { KLDivLoss, type KLDivLossOptions, klDiv } from './losses/klDiv.ts'
export { L1Loss, l1Loss } from './losses/l1Loss.ts'
export { MSELoss, mseLoss } from './losses/mseLoss.ts'
export { NLLLoss, type NLLLossOptions, nllLoss } from './losses/nllLoss.ts'
export type { LossOptions, Reduction } from './losses/reduction.ts'
export { SmoothL1Loss, type SmoothL1LossOptions, smoothL1Loss } from './losses/smoothL1Loss.ts'

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

// For authors of layers

export { checkedOptions, checkSize } from './arguments.ts'
export { engineOf, hostEngineOf, onOwnEngine, residentOf } from './moduleState.ts'
export type { ModuleStream, StreamState } from './moduleStream.ts'
export { DeviceTensor, type DeviceValue, deviceArray, type ForwardOnDevice } from './onDevice.ts'
export { Resident } from './resident.ts'
export { type StateDict, stateTensors } from './stateTensors.ts'
