import type { FloatArray, FloatDType, MatrixOperand, PackedMatrix } from '../engine.ts'
import { allocate } from '../layout.ts'
import { checkFactor, checkMatrix, dtypeOf } from '../operands.ts'
import { BlockPlan, type WasmInstance } from './instance.ts'
import { elementBytes, paddedToPanels } from './panels.ts'

/** Rows of a tile at most; as in assembly/pack.ts. */
const tileRows = 6

/**
 * Bytes of operand and result that are in wasm memory at once, if a tile's are not more: rows pass through a part at a time,
 * so that no product is too large for that memory, and its parts stay in the caches.
 */
const mostBytes = 512 * 1024

/**
 * A packed matrix: one block of wasm memory.
 *
 * | area | shape | layout |
 * |---|---|---|
 * | panels | `(K, columns)`, columns `N` padded to whole panels | assembly/pack.ts |
 * | bias | `(columns)` | zeros without a bias, and beyond `N` |
 */
export class WasmMatrix implements PackedMatrix {
  readonly dtype: FloatDType
  readonly k: number
  readonly n: number
  readonly byteLength: number
  readonly instance: WasmInstance
  readonly #bias: number
  #address: number | null

  constructor(instance: WasmInstance, operand: MatrixOperand) {
    checkMatrix(operand)
    const { b, k, n, bias = null } = operand
    this.instance = instance
    this.dtype = dtypeOf(b)
    this.k = k
    this.n = n
    const columns = paddedToPanels(this.dtype, n)
    const size = elementBytes(this.dtype)
    const plan = new BlockPlan()
    plan.reserve(k * columns * size)
    this.#bias = plan.reserve(columns * size)
    this.byteLength = plan.byteLength
    this.#address = instance.allocateFilled(plan.byteLength, (address) => {
      this.#pack(address, operand)
      const biases = instance.floats(this.dtype, address + this.#bias, columns)
      biases.fill(0)
      if (bias !== null) biases.set(bias)
    })
  }

  get disposed(): boolean {
    return this.#address === null
  }

  get stale(): boolean {
    return this.instance.superseded
  }

  dispose(): void {
    if (this.#address !== null) this.instance.release(this.#address)
    this.#address = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** `a b + bias`, with `a` (M, K). */
  multiply(a: FloatArray, m: number): FloatArray {
    const { instance, dtype, k, n } = this
    if (this.#address === null) throw new Error('multiply: this matrix was disposed; pack it again')
    checkFactor(a, m, this)
    const size = elementBytes(dtype)
    const columns = paddedToPanels(dtype, n)
    const most = Math.max(1, Math.floor(mostBytes / ((k + n) * size) / tileRows)) * tileRows
    const rows = Math.min(m, most)
    const plan = new BlockPlan()
    const at = {
      a: plan.reserve(rows * k * size),
      tile: plan.reserve(tileRows * k * size),
      padded: plan.reserve(columns === n ? 0 : tileRows * columns * size),
      out: plan.reserve(rows * n * size),
    }
    const out = allocate(dtype, m * n)
    const base = instance.allocate(plan.byteLength)
    try {
      const { matmulF32, matmulF64 } = instance.exports
      const kernel = dtype === 'float32' ? matmulF32 : matmulF64
      const [b, bias] = [this.#address, this.#address + this.#bias]
      for (let row = 0; row < m; row += rows) {
        const count = Math.min(rows, m - row)
        const part = count === m ? a : a.subarray(row * k, (row + count) * k)
        instance.floats(dtype, base + at.a, count * k).set(part)
        kernel(base + at.out, base + at.a, b, bias, base + at.tile, base + at.padded, count, k, n)
        out.set(instance.floats(dtype, base + at.out, count * n), row * n)
      }
      return out
    } finally {
      instance.release(base)
    }
  }

  #pack(to: number, { b, k, n, transposeB = false }: MatrixOperand): void {
    const { instance, dtype } = this
    const { packPanelsF32, packPanelsF64, packRowsF32, packRowsF64 } = instance.exports
    const from = instance.allocate(b.byteLength)
    try {
      instance.floats(dtype, from, b.length).set(b)
      if (transposeB) (dtype === 'float32' ? packPanelsF32 : packPanelsF64)(to, from, k, n, 1, k, 1)
      else (dtype === 'float32' ? packRowsF32 : packRowsF64)(to, from, k, n)
    } finally {
      instance.release(from)
    }
  }
}
