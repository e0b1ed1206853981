import type { RecurrentSpec } from '../contract/recurrent.ts'
import type { WasmInstance } from './instance.ts'
import { type DirectionsLayout, type MatrixName, matrixSizes } from './packDirections.ts'
import { elementBytes, paddedToLanes, paddedToPanels } from './panels.ts'

/**
 * Transposes of packed matrices, a block of wasm memory each. A matrix is transposed when it is first asked for. From then on, updates of
 * the weights change the transpose too.
 */
export class TransposedWeights {
  readonly #instance: WasmInstance
  readonly #spec: RecurrentSpec
  readonly #layout: DirectionsLayout
  /** Addresses and bytes, by direction and matrix. */
  readonly #held = new Map<string, { readonly address: number; readonly bytes: number }>()

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
   * @throws RangeError if the memory has no room for it
   */
  at(index: number, matrix: MatrixName, base: number): number {
    const key = `${matrix} ${index}`
    const known = this.#held.get(key)
    if (known !== undefined) return known.address
    const { dtype } = this.#spec
    const { depth, units, gates } = matrixSizes(this.#spec, index, matrix)
    const rows = gates * paddedToLanes(dtype, units)
    const bytes = rows * paddedToPanels(dtype, depth) * elementBytes(dtype)
    const { packTransposedF32, packTransposedF64 } = this.#instance.exports
    const pack = dtype === 'float32' ? packTransposedF32 : packTransposedF64
    const address = this.#instance.allocate(bytes)
    pack(address, base + (this.#layout.directions[index]?.[matrix] ?? 0), depth, units, gates)
    this.#held.set(key, { address, bytes })
    return address
  }

  /** Replaces a transpose, if it was made, by that of a matrix at `from`, which is stored as PyTorch does. */
  update(index: number, matrix: MatrixName, from: number): void {
    const held = this.#held.get(`${matrix} ${index}`)
    if (held === undefined) return
    const { depth, units, gates } = matrixSizes(this.#spec, index, matrix)
    const { packWeightRowsF32, packWeightRowsF64 } = this.#instance.exports
    const pack = this.#spec.dtype === 'float32' ? packWeightRowsF32 : packWeightRowsF64
    pack(held.address, from, depth, units, gates)
  }

  dispose(): void {
    for (const { address } of this.#held.values()) this.#instance.release(address)
    this.#held.clear()
  }
}
