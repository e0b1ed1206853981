// Optimisers

export { Adagrad, type AdagradOptions } from './adagrad.ts'
export { Adam, type AdamOptions } from './adam.ts'
export { AdamW, type AdamWOptions } from './adamW.ts'
export { RMSprop, type RMSpropOptions } from './rmsprop.ts'
export { SGD, type SGDOptions } from './sgd.ts'

// What they have in common

export { Optimizer, type ParameterStep, type ParamsOrGroups, type Preparation } from './optimizer.ts'
export type { ParameterState } from './parameterState.ts'
export type { OptimizerOptions, ParamGroup, ParamGroupInit, Params } from './paramGroup.ts'
export type { OptimizerState, StateKeys, StateValue } from './stateDict.ts'

// Gradients

export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from './clipGrad.ts'

// Learning rates

export { CosineAnnealingLR, type CosineAnnealingLROptions } from './schedulers/cosineAnnealingLR.ts'
export {
  CosineAnnealingWarmRestarts,
  type WarmRestartsOptions,
} from './schedulers/cosineAnnealingWarmRestarts.ts'
export { type EpochOptions, EpochScheduler } from './schedulers/epochScheduler.ts'
export { ExponentialLR } from './schedulers/exponentialLR.ts'
export { LambdaLR, type LrLambda } from './schedulers/lambdaLR.ts'
export { LinearLR, type LinearLROptions } from './schedulers/linearLR.ts'
export { LRScheduler, type SchedulerField } from './schedulers/lrScheduler.ts'
export { MultiStepLR, type MultiStepLROptions } from './schedulers/multiStepLR.ts'
export { OneCycleLR, type OneCycleLROptions } from './schedulers/oneCycleLR.ts'
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './schedulers/reduceLROnPlateau.ts'
export { SequentialLR } from './schedulers/sequentialLR.ts'
export { StepLR, type StepLROptions } from './schedulers/stepLR.ts'
