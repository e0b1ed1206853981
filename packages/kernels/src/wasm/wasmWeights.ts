import { checkWeights } from '../checks/weights.ts'
import type { DirectionWeights, PackedWeights, RecurrentSpec } from '../contract/recurrent.ts'
import type { CallShape } from './callShape.ts'
import type { WasmInstance } from './instance.ts'
import { type DirectionsLayout, packDirections, planDirections } from './packDirections.ts'
import { WasmCall } from './wasmCall.ts'

/** Calls of up to so many bytes are kept for the next one of their shape: planning takes longer than a small timestep. */
const mostKeptBytes = 128 * 1024

/** Packed weights: one block of wasm memory, and the last small call that ran with them. */
export class WasmWeights implements PackedWeights {
  readonly spec: RecurrentSpec
  readonly byteLength: number
  readonly instance: WasmInstance
  readonly #layout: DirectionsLayout
  #address: number | null
  #version = 0
  #kept: WasmCall | null = null

  constructor(instance: WasmInstance, spec: RecurrentSpec, weights: readonly DirectionWeights[]) {
    checkWeights(spec, weights)
    const layout = planDirections(spec)
    this.instance = instance
    this.spec = spec
    this.byteLength = layout.byteLength
    this.#layout = layout
    this.#address = instance.allocateFilled(layout.byteLength, (base) =>
      packDirections(instance, spec, layout, base, weights),
    )
  }

  get disposed(): boolean {
    return this.#address === null
  }

  get stale(): boolean {
    return this.instance.superseded
  }

  /** Where the table of directions is: at the start of the block. */
  get address(): number {
    if (this.#address === null) throw new Error('recurrent: these weights were disposed; pack them again')
    return this.#address
  }

  get version(): number {
    return this.#version
  }

  update(weights: readonly DirectionWeights[]): void {
    const { address } = this
    checkWeights(this.spec, weights)
    packDirections(this.instance, this.spec, this.#layout, address, weights)
    this.#version++
  }

  /** A call of this shape, ready to run: the one that was kept if it has this shape, else a new one. */
  takeCall(shape: CallShape): WasmCall {
    const kept = this.#kept
    if (kept === null || !kept.hasShape(shape)) return new WasmCall(this, shape)
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
  keepCall(call: WasmCall): void {
    if (this.disposed || call.byteLength > mostKeptBytes) {
      call.dispose()
      return
    }
    this.#kept?.dispose()
    this.#kept = call
  }

  dispose(): void {
    this.#kept?.dispose()
    this.#kept = null
    if (this.#address !== null) this.instance.release(this.#address)
    this.#address = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
