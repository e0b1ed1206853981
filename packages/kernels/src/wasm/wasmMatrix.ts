import { allocate } from '../allocate.ts'
import { checkFactor, checkMatrix, checkResult, dtypeOf } from '../checks/operands.ts'
import type { MatrixOperand, PackedMatrix } from '../contract/matrix.ts'
import type { FloatArray, FloatDType } from '../contract/recurrent.ts'
import { BlockPlan } from './blockPlan.ts'
import type { WasmInstance } from './instance.ts'
import { elementBytes, paddedToPanels } from './panels.ts'
import { WasmProduct } from './wasmProduct.ts'

/**
 * A packed matrix: one block of wasm memory.
 *
 * | area | shape | layout |
 * |---|---|---|
 * | panels | `(K, columns)`: the `N` columns padded to whole panels | assembly/pack.ts |
 * | bias | `(columns)` | zeros without a bias, and after column `N` |
 */
export class WasmMatrix implements PackedMatrix {
  readonly dtype: FloatDType
  readonly k: number
  readonly n: number
  readonly byteLength: number
  readonly instance: WasmInstance
  readonly #bias: number
  #address: number | null
  /** The room that the last {@link WasmMatrix.multiplyInto} used, kept for the next. */
  #idle: WasmProduct | null = null

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
    this.#idle?.dispose()
    this.#idle = null
    if (this.#address !== null) this.instance.release(this.#address)
    this.#address = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** `a b + bias`, where `a` is (M, K), or (K, M) if `transposeA`. */
  multiply(a: FloatArray, m: number, transposeA: boolean = false): FloatArray {
    const panels = this.#panels
    checkFactor(a, m, this)
    const out = allocate(this.dtype, m * this.n)
    // A product of depth 0 reads no operand, so that it does not matter how that is stored.
    const product = new WasmProduct(this.instance, this.dtype, m, this.k, this.n, transposeA && this.k > 0)
    try {
      product.run(a, panels, panels + this.#bias, out)
      return out
    } finally {
      product.dispose()
    }
  }

  /** The same, into `out` (M, N), in room that is kept. */
  multiplyInto(a: FloatArray, m: number, out: FloatArray): void {
    const panels = this.#panels
    checkResult('multiply', out, m * this.n, this.dtype)
    checkFactor(a, m, this)
    if (this.#idle?.m !== m) {
      this.#idle?.dispose()
      this.#idle = null
      this.#idle = new WasmProduct(this.instance, this.dtype, m, this.k, this.n)
    }
    this.#idle.run(a, panels, panels + this.#bias, out)
  }

  get #panels(): number {
    if (this.#address === null) throw new Error('multiply: this matrix was disposed; pack it again')
    return this.#address
  }

  #pack(to: number, { b, k, n, transposeB = false }: MatrixOperand): void {
    const { instance, dtype } = this
    const { packPanelsF32, packPanelsF64, packRowsF32, packRowsF64 } = instance.exports
    const from = instance.allocate(b.byteLength)
    try {
      instance.floats(dtype, from, b.length).set(b)
      if (transposeB) (dtype === 'float32' ? packPanelsF32 : packPanelsF64)(to, from, k, n, 1)
      else (dtype === 'float32' ? packRowsF32 : packRowsF64)(to, from, k, n)
    } finally {
      instance.release(from)
    }
  }
}
