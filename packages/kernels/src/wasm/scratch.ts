import type { FloatArray, FloatDType } from '../contract/recurrent.ts'
import type { WasmInstance } from './instance.ts'

/** Room for a chunk of operands, which an instance keeps. Functions that allocate nothing compute in it. */
class Scratch {
  readonly address: number
  readonly #instance: WasmInstance
  #float32: FloatArray
  #float64: FloatArray

  constructor(instance: WasmInstance) {
    this.#instance = instance
    this.address = instance.allocate(scratchBytes)
    this.#float32 = instance.floats('float32', this.address, scratchBytes / 4)
    this.#float64 = instance.floats('float64', this.address, scratchBytes / 8)
  }

  /** All of it, as a view. */
  floats(dtype: FloatDType): FloatArray {
    // Views end when the memory grows.
    if (this.#float32.buffer !== this.#instance.memory.buffer) {
      this.#float32 = this.#instance.floats('float32', this.address, scratchBytes / 4)
      this.#float64 = this.#instance.floats('float64', this.address, scratchBytes / 8)
    }
    return dtype === 'float32' ? this.#float32 : this.#float64
  }
}

const scratchBytes = 64 * 1024

const scratches = /* @__PURE__ */ new WeakMap<WasmInstance, Scratch>()

export function scratchOf(instance: WasmInstance): Scratch {
  const held = scratches.get(instance)
  if (held !== undefined) return held
  const scratch = new Scratch(instance)
  scratches.set(instance, scratch)
  return scratch
}
