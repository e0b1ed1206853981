// What engines train with. Builds for inference have trainingLeftOut.ts in the place of this file: see tsdown.config.mjs.

export { optimizers as referenceOptimizers } from './reference/optimizers.ts'
export { referenceTraining } from './reference/referenceTraining.ts'
export { wasmOptimizers } from './wasm/optimizers.ts'
export { wasmTraining } from './wasm/wasmTraining.ts'
