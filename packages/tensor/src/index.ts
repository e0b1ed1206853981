// Tensors

export { detectAnomaly } from './autograd/anomaly.ts'
export type { Recording } from './autograd/apply.ts'
export type { BackwardOptions } from './autograd/backwardOf.ts'
export { enableGrad, isGradEnabled, noGrad } from './autograd/gradMode.ts'
export type { HookHandle } from './autograd/hooks.ts'
// For the layers above
export { checkTensor } from './checkTensor.ts'
// Cloning
export { isTensorClone, type TensorClone } from './clone.ts'
// Comparison
export { type AllcloseOptions, allclose, equal } from './compare.ts'
// Creation
export {
  arange,
  empty,
  eye,
  full,
  ones,
  onesLike,
  tensor,
  where,
  zeros,
  zerosLike,
} from './creation.ts'
export type { DrawOptions, ShapeAndOptions, TensorOptions } from './creationOptions.ts'
export { type Computed, defineOperation } from './defineOperation.ts'
export { type DType, isFloatingPoint, promoteTypes, type TypedArray } from './dtype.ts'
export { elementsOf } from './elementsOf.ts'
// Gradients and errors
export { RuntimeError } from './errors.ts'
export { type GradOptions, grad } from './grad.ts'
export { type GradcheckOptions, gradcheck } from './gradcheck.ts'
// Joining and products
export { cat, linear, stack } from './join.ts'
export type { Integers } from './operands.ts'
// Random draws
export { defaultGenerator, Generator, manualSeed, type RandomOptions } from './random/generator.ts'
export { bernoulli, type MultinomialOptions, multinomial, rand, randint, randn, randperm } from './random.ts'
// Moving elements
export { cumsum, flip, pad, type TensorPadOptions, topk } from './rearrange.ts'
export { TensorSnapshot } from './snapshot.ts'
export { Storage } from './storage.ts'
export type { NestedArray } from './strided/construct.ts'
export type { Dims } from './strided/fold.ts'
export type { Scalar } from './strided/promote.ts'
export type { PadMode } from './strided/rearrange.ts'
export type { Strided } from './strided/strided.ts'
export { Tensor, type TensorOperand } from './tensor.ts'
export type { TensorJson } from './tensorBase.ts'
