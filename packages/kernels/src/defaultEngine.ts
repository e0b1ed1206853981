import type { Engine, HostEngine } from './engine.ts'
import { reference } from './reference/reference.ts'
import { wasmVariant } from './wasm/support.ts'
import { wasm } from './wasm/wasm.ts'

let chosen: Engine | null = null

/**
 * The engine modules use unless told otherwise: {@link wasm} where the runtime has WebAssembly SIMD, else
 * {@link reference}; its `name` tells which.
 */
export function defaultEngine(): Engine {
  return chosen ?? best()
}

/** The default engine if it computes at once, else the best that does: what operations on tensors run on. */
export function defaultHostEngine(): HostEngine {
  return chosen?.kind === 'host' ? chosen : best()
}

/** Makes `engine` the default of every module that was not moved to one; null restores the automatic choice. */
export function setDefaultEngine(engine: Engine | null): void {
  chosen = engine
}

function best(): HostEngine {
  return wasmVariant() === null ? reference : wasm
}
