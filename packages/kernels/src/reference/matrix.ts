import { allocate } from '../allocate.ts'
import { checkFactor, checkMatmul, checkMatrix, checkResult, dtypeOf } from '../checks/operands.ts'
import type { MatmulOperands, MatrixOperand, PackedMatrix } from '../contract/matrix.ts'
import type { FloatArray, FloatDType } from '../contract/recurrent.ts'

export function matmul(operands: MatmulOperands): FloatArray {
  checkMatmul(operands)
  const { a, m, k, n, transposeA = false } = operands
  const out = allocate(dtypeOf(a), m * n)
  multiplyRows(transposeA ? transposed(a, k, m) : a, m, operands, out)
  return out
}

/** `(rows, columns)` as `(columns, rows)`. */
function transposed(a: FloatArray, rows: number, columns: number): FloatArray {
  return a.map((_, i) => a[(i % rows) * columns + Math.floor(i / rows)] ?? 0)
}

function multiplyRows(a: FloatArray, m: number, operand: MatrixOperand, out: FloatArray): void {
  const { b, k, n, transposeB = false, bias = null } = operand
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = bias?.[column] ?? 0
      for (let i = 0; i < k; i++) {
        sum += (a[row * k + i] ?? 0) * (b[transposeB ? column * k + i : i * n + column] ?? 0)
      }
      out[row * n + column] = sum
    }
  }
}

export function packMatrix(operand: MatrixOperand): PackedMatrix {
  return new ReferenceMatrix(operand)
}

export function multiply(a: FloatArray, m: number, b: PackedMatrix): FloatArray {
  const out = allocate(b.dtype, m * b.n)
  multiplyInto(a, m, b, out)
  return out
}

export function multiplyInto(a: FloatArray, m: number, b: PackedMatrix, out: FloatArray): void {
  if (!(b instanceof ReferenceMatrix)) {
    throw new TypeError('multiply: this matrix was packed by another engine than reference')
  }
  checkFactor(a, m, b)
  checkResult('multiply', out, m * b.n, b.dtype)
  multiplyRows(a, m, b.operand, out)
}

class ReferenceMatrix implements PackedMatrix {
  readonly dtype: FloatDType
  readonly k: number
  readonly n: number
  readonly byteLength: number
  readonly stale = false
  #operand: MatrixOperand | null

  constructor(operand: MatrixOperand) {
    checkMatrix(operand)
    const { b, k, n, bias = null } = operand
    this.dtype = dtypeOf(b)
    this.k = k
    this.n = n
    this.byteLength = b.byteLength + (bias?.byteLength ?? 0)
    this.#operand = { ...operand, b: b.slice(), bias: bias?.slice() ?? null }
  }

  get disposed(): boolean {
    return this.#operand === null
  }

  get operand(): MatrixOperand {
    if (this.#operand === null) throw new Error('multiply: this matrix was disposed; pack it again')
    return this.#operand
  }

  dispose(): void {
    this.#operand = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
