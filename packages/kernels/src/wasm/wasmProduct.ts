import type { FloatArray, FloatDType } from '../engine.ts'
import { BlockPlan, type WasmInstance } from './instance.ts'
import { elementBytes, paddedToPanels } from './panels.ts'

/** Rows of a tile at most; as in assembly/pack.ts. */
export const tileRows = 6

/**
 * Room for products of up to `rows` rows with one packed matrix: one block of wasm memory; areas as in assembly/matrix.ts.
 *
 * | area | shape |
 * |---|---|
 * | a | `(rows, K)` |
 * | tile, padded | |
 * | out | `(rows, N)` |
 */
export class WasmProduct {
  readonly rows: number
  readonly #instance: WasmInstance
  readonly #dtype: FloatDType
  readonly #k: number
  readonly #n: number
  readonly #at: { readonly a: number; readonly tile: number; readonly padded: number; readonly out: number }
  readonly #base: number
  /** Views, made anew where the memory has grown since. */
  #a: FloatArray
  #out: FloatArray

  constructor(instance: WasmInstance, dtype: FloatDType, rows: number, k: number, n: number) {
    const size = elementBytes(dtype)
    const columns = paddedToPanels(dtype, n)
    const plan = new BlockPlan()
    this.#at = {
      a: plan.reserve(rows * k * size),
      tile: plan.reserve(tileRows * k * size),
      padded: plan.reserve(columns === n ? 0 : tileRows * columns * size),
      out: plan.reserve(rows * n * size),
    }
    this.rows = rows
    this.#instance = instance
    this.#dtype = dtype
    this.#k = k
    this.#n = n
    this.#base = instance.allocate(plan.byteLength)
    this.#a = instance.floats(dtype, this.#base + this.#at.a, rows * k)
    this.#out = instance.floats(dtype, this.#base + this.#at.out, rows * n)
  }

  /**
   * `a b + bias` of the first `count` rows, of panels and biases at these addresses.
   * @returns a view `(rows, N)` that the next run overwrites
   */
  run(a: FloatArray, count: number, panels: number, bias: number): FloatArray {
    const { matmulF32, matmulF64 } = this.#instance.exports
    if (this.#a.buffer !== this.#instance.memory.buffer) this.#view()
    this.#a.set(a)
    const kernel = this.#dtype === 'float32' ? matmulF32 : matmulF64
    const [base, at] = [this.#base, this.#at]
    kernel(
      base + at.out,
      base + at.a,
      panels,
      bias,
      base + at.tile,
      base + at.padded,
      count,
      this.#k,
      this.#n,
    )
    return this.#out
  }

  dispose(): void {
    this.#instance.release(this.#base)
  }

  #view(): void {
    this.#a = this.#instance.floats(this.#dtype, this.#base + this.#at.a, this.rows * this.#k)
    this.#out = this.#instance.floats(this.#dtype, this.#base + this.#at.out, this.rows * this.#n)
  }
}
