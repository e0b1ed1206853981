// Choosing an engine

export { defaultEngine, setDefaultEngine } from './defaultEngine.ts'

// The contract

export type {
  DeviceEngine,
  DirectionWeights,
  Engine,
  FloatArray,
  FloatDType,
  HostEngine,
  MatmulOperands,
  OutputGradients,
  PackedWeights,
  RecurrentGradients,
  RecurrentInput,
  RecurrentMode,
  RecurrentOutput,
  RecurrentSpec,
  RecurrentStream,
  RecurrentTape,
} from './engine.ts'
export { gateCount } from './layout.ts'

// Engines

export { reference } from './reference/reference.ts'
export { type WasmVariant, wasmVariant } from './wasm/support.ts'
export { createWasmEngine, getNumThreads, setNumThreads, wasm } from './wasm/wasm.ts'
