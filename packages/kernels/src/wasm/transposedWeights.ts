import type { RecurrentSpec } from '../contract/recurrent.ts'
import { gateCount } from '../spec/kinds.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import type { WasmInstance } from './instance.ts'
import type { DirectionsLayout } from './packDirections.ts'
import { elementBytes, paddedToLanes, paddedToPanels } from './panels.ts'

/** The matrices that the way back multiplies with the other way round. */
export type TransposedMatrix = 'weightIh' | 'weightHh' | 'weightHr'

/**
 * Transposes of packed matrices, a block of wasm memory each. A matrix is transposed when it is first asked for, and again, in
 * the same block, when it is asked for after the weights were updated.
 */
export class TransposedWeights {
  readonly #instance: WasmInstance
  readonly #spec: RecurrentSpec
  readonly #layout: DirectionsLayout
  readonly #held = new Map<string, { readonly address: number; readonly bytes: number; version: number }>()

  constructor(instance: WasmInstance, spec: RecurrentSpec, layout: DirectionsLayout) {
    this.#instance = instance
    this.#spec = spec
    this.#layout = layout
  }

  get byteLength(): number {
    let sum = 0
    for (const { bytes } of this.#held.values()) sum += bytes
    return sum
  }

  /**
   * The address of a transpose.
   * @param base where the block of packed weights is
   * @param version of what it holds
   */
  at(index: number, matrix: TransposedMatrix, base: number, version: number): number {
    const key = `${matrix} ${index}`
    const { dtype, mode } = this.#spec
    const sizes = sizesOf(this.#spec)
    const { D, H, P } = sizes
    const depth = { weightIh: layerInputSize(sizes, Math.floor(index / D)), weightHh: P, weightHr: H }[matrix]
    const [units, gates] = matrix === 'weightHr' ? [P, 1] : [H, gateCount(mode)]
    const rows = gates * paddedToLanes(dtype, units)
    const bytes = rows * paddedToPanels(dtype, depth) * elementBytes(dtype)
    const held = this.#held.get(key) ?? { address: this.#instance.allocate(bytes), bytes, version: -1 }
    this.#held.set(key, held)
    if (held.version !== version) {
      const { packTransposedF32, packTransposedF64 } = this.#instance.exports
      const pack = dtype === 'float32' ? packTransposedF32 : packTransposedF64
      pack(held.address, base + (this.#layout.directions[index]?.[matrix] ?? 0), depth, units, gates)
      held.version = version
    }
    return held.address
  }

  dispose(): void {
    for (const { address } of this.#held.values()) this.#instance.release(address)
    this.#held.clear()
  }
}
