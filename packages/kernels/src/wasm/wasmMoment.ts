import { checkMomentElements, checkMomentLength } from '../checks/optimizer.ts'
import type { Moment } from '../contract/optimizer.ts'
import type { FloatArray, FloatDType } from '../contract/recurrent.ts'
import { aligned } from './blockPlan.ts'
import type { WasmInstance } from './instance.ts'
import { elementBytes } from './panels.ts'

/** A moment: one block of wasm memory. Behind its elements there is room up to the next vector, as kernels want it. */
export class WasmMoment implements Moment {
  readonly dtype: FloatDType
  readonly length: number
  readonly byteLength: number
  readonly instance: WasmInstance
  #address: number | null

  constructor(instance: WasmInstance, dtype: FloatDType, length: number) {
    checkMomentLength(length)
    this.instance = instance
    this.dtype = dtype
    this.length = length
    this.byteLength = aligned(length * elementBytes(dtype))
    this.#address = instance.allocateFilled(this.byteLength, (address) => {
      instance.floats(dtype, address, this.byteLength / elementBytes(dtype)).fill(0)
    })
  }

  get disposed(): boolean {
    return this.#address === null
  }

  get stale(): boolean {
    return this.instance.superseded
  }

  get address(): number {
    if (this.#address === null) throw new Error('optimizer: this moment was disposed')
    return this.#address
  }

  read(): FloatArray {
    return this.#elements.slice()
  }

  write(elements: FloatArray): void {
    checkMomentElements(this, elements)
    this.#elements.set(elements)
  }

  dispose(): void {
    if (this.#address !== null) this.instance.release(this.#address)
    this.#address = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  get #elements(): FloatArray {
    return this.instance.floats(this.dtype, this.address, this.length)
  }
}
