import { createWasmEngine, type HostEngine, reference, wasm } from '@unroll/kernels'
import { supportsVariant } from '../src/wasm/support.ts'

/** Every engine and build this runtime can run. */
export const engines: readonly HostEngine[] = [
  reference,
  wasm,
  ...(['relaxed-simd', 'simd'] as const).filter(supportsVariant).map((variant) => createWasmEngine(variant)),
]
