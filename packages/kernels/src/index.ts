// Choosing an engine

export { defaultEngine, defaultHostEngine, setDefaultEngine } from './defaultEngine.ts'

// The contract

export type {
  BinaryFunction,
  DeviceArray,
  DeviceEngine,
  DeviceMatrix,
  DeviceOperations,
  DeviceSequence,
  DeviceSequenceResults,
  DirectionWeights,
  Engine,
  FloatArray,
  FloatDType,
  HostEngine,
  MatmulOperands,
  MatrixOperand,
  OutputGradients,
  PackedMatrix,
  PackedWeights,
  RecurrentGradients,
  RecurrentInput,
  RecurrentMode,
  RecurrentOutput,
  RecurrentSpec,
  RecurrentStream,
  RecurrentTape,
  SoftmaxOperands,
  UnaryFunction,
} from './engine.ts'
export { gateCount } from './layout.ts'

// For those who write an engine

export { checkGradients, checkInput, checkWeights, layerInputSize, type Sizes, sizesOf } from './layout.ts'
export { checkMatmul } from './operands.ts'

// For those who write layers

export { describeValue, optionsOf } from './arguments.ts'

// Engines

export { reference } from './reference/reference.ts'
export { type WasmVariant, wasmVariant } from './wasm/support.ts'
export { useWasmModule } from './wasm/useWasmModule.ts'
export { createWasmEngine, getNumThreads, setNumThreads, wasm } from './wasm/wasm.ts'
