import type { FloatArray, FloatDType } from '../contract/recurrent.ts'
import { BlockPlan } from './blockPlan.ts'
import { tileRows } from './generated/assembly.ts'
import type { WasmInstance } from './instance.ts'
import { elementBytes, paddedToPanels } from './panels.ts'

/**
 * Bytes of operand and result that are in wasm memory at once, unless one tile needs more. Rows pass through in parts, so that
 * no product is too large for that memory, and each part stays in the caches.
 */
const mostBytes = 512 * 1024

/**
 * Room for products of `m` rows with one packed matrix, `rows` of them at a time. It is one block of wasm memory; assembly/matrix.ts
 * describes the areas.
 *
 * | area | shape |
 * |---|---|
 * | a | `(rows, K)`, or `(K, rows)` if it is transposed |
 * | tile, padded | of a tile, or of all rows if a is transposed |
 * | out | `(rows, N)` |
 */
export class WasmProduct {
  readonly m: number
  readonly #instance: WasmInstance
  readonly #dtype: FloatDType
  readonly #k: number
  readonly #n: number
  readonly #transposed: boolean
  readonly #rows: number
  readonly #at: { readonly a: number; readonly tile: number; readonly padded: number; readonly out: number }
  readonly #base: number
  /** Views, made anew after the memory has grown. */
  #a: FloatArray
  #out: FloatArray

  /** @param transposed whether the left operand is given as `(K, M)` */
  constructor(
    instance: WasmInstance,
    dtype: FloatDType,
    m: number,
    k: number,
    n: number,
    transposed: boolean = false,
  ) {
    const size = elementBytes(dtype)
    const columns = paddedToPanels(dtype, n)
    const tiles = Math.max(1, Math.floor(mostBytes / (Math.max(1, k + n) * size) / tileRows))
    const rows = Math.min(m, tiles * tileRows)
    // A transposed operand is packed as a whole; its last tile may have room for more rows.
    const packedRows = transposed ? rows + tileRows : tileRows
    const plan = new BlockPlan()
    this.#at = {
      a: plan.reserve(rows * k * size),
      tile: plan.reserve(packedRows * k * size),
      padded: plan.reserve(columns === n ? 0 : packedRows * columns * size),
      out: plan.reserve(rows * n * size),
    }
    this.m = m
    this.#instance = instance
    this.#dtype = dtype
    this.#k = k
    this.#n = n
    this.#transposed = transposed
    this.#rows = rows
    this.#base = instance.allocate(plan.byteLength)
    this.#a = instance.floats(dtype, this.#base + this.#at.a, rows * k)
    this.#out = instance.floats(dtype, this.#base + this.#at.out, rows * n)
  }

  /** `a b + bias`, with panels and biases at these addresses, into `out`. It allocates nothing if all rows have room at once. */
  run(a: FloatArray, panels: number, bias: number, out: FloatArray): void {
    if (this.#a.buffer !== this.#instance.memory.buffer) this.#view()
    if (this.m === this.#rows) {
      this.#a.set(a)
      this.#multiply(panels, bias, this.m)
      out.set(this.#out)
      return
    }
    for (let row = 0; row < this.m; row += this.#rows) {
      const count = Math.min(this.#rows, this.m - row)
      this.#setRows(a, row, count)
      this.#multiply(panels, bias, count)
      out.set(this.#out.subarray(0, count * this.#n), row * this.#n)
    }
  }

  dispose(): void {
    this.#instance.release(this.#base)
  }

  #setRows(a: FloatArray, row: number, count: number): void {
    if (!this.#transposed) {
      this.#a.set(a.subarray(row * this.#k, (row + count) * this.#k))
      return
    }
    for (let i = 0; i < this.#k; i++) {
      const from = i * this.m + row
      this.#a.set(a.subarray(from, from + count), i * count)
    }
  }

  #multiply(panels: number, bias: number, rows: number): void {
    const { matmulF32, matmulF64, matmulTransposedF32, matmulTransposedF64 } = this.#instance.exports
    const f32 = this.#transposed ? matmulTransposedF32 : matmulF32
    const f64 = this.#transposed ? matmulTransposedF64 : matmulF64
    const kernel = this.#dtype === 'float32' ? f32 : f64
    const [base, at] = [this.#base, this.#at]
    kernel(base + at.out, base + at.a, panels, bias, base + at.tile, base + at.padded, rows, this.#k, this.#n)
  }

  #view(): void {
    this.#a = this.#instance.floats(this.#dtype, this.#base + this.#at.a, this.#rows * this.#k)
    this.#out = this.#instance.floats(this.#dtype, this.#base + this.#at.out, this.#rows * this.#n)
  }
}
