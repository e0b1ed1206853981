import type { CallWeights } from './callPlan.ts'
import type { CallShape } from './callShape.ts'
import { WasmCall } from './wasmCall.ts'

/**
 * Calls of up to so many bytes are kept for the next one of their shape: planning one, and taking its memory, costs as much as some
 * timesteps.
 */
export const mostKeptBytes: number = 512 * 1024

/** The last small call that ran with some weights. */
export class KeptCall {
  readonly #weights: CallWeights & { readonly disposed: boolean }
  #kept: WasmCall | null = null

  constructor(weights: CallWeights & { readonly disposed: boolean }) {
    this.#weights = weights
  }

  /** A call of this shape, ready to run: the one that was kept if it has this shape, else a new one. */
  take(shape: CallShape): WasmCall {
    const kept = this.#kept
    if (kept === null || !kept.hasShape(shape)) return new WasmCall(this.#weights, shape)
    this.#kept = null
    try {
      kept.prepare()
    } catch (error) {
      kept.dispose()
      throw error
    }
    return kept
  }

  /** Keeps a call for the next one of its shape, instead of the one before. A call that is too large is disposed. */
  keep(call: WasmCall): void {
    if (this.#weights.disposed || call.byteLength > mostKeptBytes) {
      call.dispose()
      return
    }
    this.#kept?.dispose()
    this.#kept = call
  }

  dispose(): void {
    this.#kept?.dispose()
    this.#kept = null
  }
}
