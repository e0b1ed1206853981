import type { FloatArray, FloatDType } from '../engine.ts'
import { BlockPlan, type WasmInstance } from './instance.ts'
import { elementBytes, paddedToPanels } from './panels.ts'

/** Rows of a tile at most; as in assembly/pack.ts. */
const tileRows = 6

/**
 * Room for products of `m` rows with one packed matrix: one block of wasm memory; areas as in assembly/matrix.ts.
 *
 * | area | shape |
 * |---|---|
 * | a | `(M, K)` |
 * | tile, padded | |
 * | out | `(M, N)` |
 */
export class WasmProduct {
  readonly m: number
  readonly #instance: WasmInstance
  readonly #dtype: FloatDType
  readonly #k: number
  readonly #n: number
  readonly #at: { readonly a: number; readonly tile: number; readonly padded: number; readonly out: number }
  readonly #base: number
  /** Views, made anew where the memory has grown since. */
  #a: FloatArray
  #out: FloatArray

  constructor(instance: WasmInstance, dtype: FloatDType, m: number, k: number, n: number) {
    const size = elementBytes(dtype)
    const columns = paddedToPanels(dtype, n)
    const plan = new BlockPlan()
    this.#at = {
      a: plan.reserve(m * k * size),
      tile: plan.reserve(tileRows * k * size),
      padded: plan.reserve(columns === n ? 0 : tileRows * columns * size),
      out: plan.reserve(m * n * size),
    }
    this.m = m
    this.#instance = instance
    this.#dtype = dtype
    this.#k = k
    this.#n = n
    this.#base = instance.allocate(plan.byteLength)
    this.#a = instance.floats(dtype, this.#base + this.#at.a, m * k)
    this.#out = instance.floats(dtype, this.#base + this.#at.out, m * n)
  }

  /**
   * `a b + bias`, of panels and biases at these addresses.
   * @returns a view that the next run overwrites
   */
  run(a: FloatArray, panels: number, bias: number): FloatArray {
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
      this.m,
      this.#k,
      this.#n,
    )
    return this.#out
  }

  dispose(): void {
    this.#instance.release(this.#base)
  }

  #view(): void {
    this.#a = this.#instance.floats(this.#dtype, this.#base + this.#at.a, this.m * this.#k)
    this.#out = this.#instance.floats(this.#dtype, this.#base + this.#at.out, this.m * this.#n)
  }
}
