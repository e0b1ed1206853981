import { allocate } from '../allocate.ts'
import { checkPair, checkResult, checkSoftmax, dtypeOf, functionOf } from '../checks/operands.ts'
import type { BinaryFunction, SoftmaxOperands, UnaryFunction } from '../contract/matrix.ts'
import type { FloatArray } from '../contract/recurrent.ts'

const unary: Record<UnaryFunction, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  // NaN stays NaN.
  relu: (x) => Math.max(x, 0),
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  // In two forms, because e^-x overflows where the result is not 0 yet.
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
}

const binary: Record<BinaryFunction, (x: number, y: number) => number> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  maximum: Math.max,
  minimum: Math.min,
}

export function map(f: UnaryFunction, x: FloatArray): FloatArray {
  const out = allocate(dtypeOf(x), x.length)
  mapInto(f, x, out)
  return out
}

export function mapInto(f: UnaryFunction, x: FloatArray, out: FloatArray): void {
  checkResult('map', out, x.length, dtypeOf(x))
  const apply = functionOf('map', unary, f)
  for (let i = 0; i < out.length; i++) out[i] = apply(x[i] ?? 0)
}

export function zip(f: BinaryFunction, x: FloatArray, y: FloatArray): FloatArray {
  const apply = functionOf('zip', binary, f)
  const out = allocate(dtypeOf(x), checkPair(x, y))
  const [stepX, stepY] = [x.length === 1 ? 0 : 1, y.length === 1 ? 0 : 1]
  for (let i = 0; i < out.length; i++) out[i] = apply(x[i * stepX] ?? 0, y[i * stepY] ?? 0)
  return out
}

export function softmax(operands: SoftmaxOperands): FloatArray {
  checkSoftmax(operands)
  const out = allocate(dtypeOf(operands.x), operands.x.length)
  softmaxInto(operands, out)
  return out
}

export function softmaxInto(operands: SoftmaxOperands, out: FloatArray): void {
  checkSoftmax(operands)
  const { x, rows, columns, log = false } = operands
  checkResult('softmax', out, x.length, dtypeOf(x))
  for (let row = 0; row < rows; row++) {
    const start = row * columns
    let top = -Infinity
    for (let k = start; k < start + columns; k++) top = Math.max(top, x[k] ?? 0)
    let total = 0
    for (let k = start; k < start + columns; k++) total += Math.exp((x[k] ?? 0) - top)
    for (let k = start; k < start + columns; k++) {
      const shifted = (x[k] ?? 0) - top
      out[k] = log ? shifted - Math.log(total) : Math.exp(shifted) / total
    }
  }
}
