import { createWasmEngine, type HostEngine, reference, type WasmVariant, wasmVariant } from '@unroll/kernels'

export interface NamedEngine {
  readonly name: string
  /** Null where this runtime cannot run it. */
  readonly engine: HostEngine | null
}

/** Every engine of this machine's processor. */
export function namedEngines(): NamedEngine[] {
  const best = wasmVariant()
  const wasm = (variant: WasmVariant): HostEngine | null =>
    best === variant || best === 'relaxed-simd' ? createWasmEngine(variant) : null
  return [
    { name: 'reference', engine: reference },
    { name: 'wasm simd', engine: wasm('simd') },
    { name: 'wasm relaxed-simd', engine: wasm('relaxed-simd') },
  ]
}
