import type { FloatArray, RecurrentInput } from '../contract/recurrent.ts'
import type { RecordedLayout } from './callLayout.ts'
import type { WasmInstance } from './instance.ts'
import type { WasmCall } from './wasmCall.ts'
import type { WeightFactors } from './weightFactors.ts'

/** What the way back reads of a call. */
export interface Recorded {
  readonly batchSizes: Int32Array
  readonly batchFirst: boolean
  readonly h0: FloatArray | null
  readonly c0: FloatArray | null
  /** assembly/call.ts describes the areas. */
  readonly layout: RecordedLayout
  /** Where they begin in wasm memory; null if they have to be copied there. */
  readonly address: number | null
  copyTo(address: number): void
  /** If they are known, of one timestep through one layer and direction: only products for its weights are computed. */
  readonly factors?: WeightFactors
}

/**
 * What a tape keeps of a call. It stays where the call has left it, in the call's block of wasm memory, until that is needed for
 * something else.
 */
export class Recording implements Recorded {
  readonly batchSizes: Int32Array
  readonly batchFirst: boolean
  readonly h0: FloatArray | null
  readonly c0: FloatArray | null
  readonly layout: RecordedLayout
  readonly #instance: WasmInstance
  readonly #giveBack: (call: WasmCall) => void
  #call: WasmCall | null
  /** Its areas, once they are no longer in the block. */
  #copy: FloatArray | null = null
  #isRead = false

  /**
   * @param instance in whose memory the call is
   * @param call has run, and belongs to the recording from now on
   * @param input it has run with
   * @param giveBack takes it when the recording needs it no more
   */
  constructor(
    instance: WasmInstance,
    call: WasmCall,
    input: RecurrentInput,
    giveBack: (call: WasmCall) => void,
  ) {
    this.batchSizes = call.batchSizes
    this.batchFirst = input.batchFirst ?? false
    this.h0 = input.h0?.slice() ?? null
    this.c0 = input.c0?.slice() ?? null
    this.layout = call.recordedLayout
    this.#instance = instance
    this.#call = call
    this.#giveBack = giveBack
    instance.movable.add(this)
  }

  get address(): number | null {
    return this.#call?.address ?? null
  }

  copyTo(address: number): void {
    if (this.#copy === null) throw new Error('backward: this recording was disposed')
    const dtype = this.#copy instanceof Float32Array ? 'float32' : 'float64'
    this.#instance.floats(dtype, address, this.#copy.length).set(this.#copy)
  }

  /** Gives the call's block back, and keeps a copy. */
  moveOut(): void {
    if (this.#call === null || this.#isRead) return
    this.#copy = this.#call.recorded.slice()
    this.#release(this.#call)
  }

  /** Stays where it is during `read`. */
  inPlace<T>(read: () => T): T {
    this.#isRead = true
    try {
      return read()
    } finally {
      this.#isRead = false
    }
  }

  dispose(): void {
    this.#copy = null
    if (this.#call !== null) this.#release(this.#call)
  }

  #release(call: WasmCall): void {
    this.#call = null
    this.#instance.movable.delete(this)
    this.#giveBack(call)
  }
}
