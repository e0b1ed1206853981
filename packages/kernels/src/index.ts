// Choosing an engine

export {
  currentHostEngine,
  defaultEngine,
  defaultHostEngine,
  onHostEngine,
  setDefaultEngine,
} from './defaultEngine.ts'

// The contract

export type {
  DeviceArray,
  DeviceMatrix,
  DeviceOperations,
  DeviceSequence,
  DeviceSequenceResults,
} from './contract/device.ts'
export type { DeviceEngine, Engine, HostEngine } from './contract/engine.ts'
export type {
  BinaryFunction,
  MatmulOperands,
  MatrixOperand,
  PackedMatrix,
  SoftmaxOperands,
  UnaryFunction,
} from './contract/matrix.ts'
export type {
  AdagradStep,
  AdamStep,
  HostOptimizers,
  Moment,
  OptimizerStep,
  RmspropStep,
  SgdStep,
} from './contract/optimizer.ts'
export type {
  DirectionWeights,
  FloatArray,
  FloatDType,
  PackedWeights,
  RecurrentInput,
  RecurrentMode,
  RecurrentOutput,
  RecurrentSpec,
  RecurrentStream,
} from './contract/recurrent.ts'
export type {
  DeviceTraining,
  DirectionGradients,
  HostTraining,
  OutputGradients,
  RecurrentGradients,
  RecurrentTape,
  TapeOptions,
  WantedDirection,
  WantedGradients,
} from './contract/training.ts'

// For authors of layers

export { describeValue, optionsOf } from './arguments.ts'

// Engines

export { reference } from './reference/reference.ts'
export { type WasmVariant, wasmVariant } from './wasm/support.ts'
export { useWasmModule } from './wasm/useWasmModule.ts'
export { createWasmEngine, getNumThreads, setNumThreads, wasm } from './wasm/wasm.ts'
