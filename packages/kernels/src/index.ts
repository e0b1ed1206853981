// The contract

// Engines
export { defaultEngine, setDefaultEngine } from './defaultEngine.ts'
export type {
  DeviceEngine,
  DirectionWeights,
  Engine,
  FloatArray,
  FloatDType,
  HostEngine,
  MatmulOperands,
  PackedWeights,
  RecurrentInput,
  RecurrentMode,
  RecurrentOutput,
  RecurrentSpec,
} from './engine.ts'
export { gateCount } from './layout.ts'
export { reference } from './reference/reference.ts'
export { wasmVariant } from './wasm/support.ts'
export { createWasmEngine, wasm } from './wasm/wasm.ts'
