/**
 * The gradients of the weights: `dW += dGates^T (what the weights multiplied)`, for the rows of a chunk of timesteps.
 * backwardCall.ts describes the areas and layouts.
 */
import { BackwardCall } from './backwardCall'
import { batchAt, Mode, rowOf } from './call'
import { gemm } from './gemm'
import { packMatrixRow } from './matrix'
import { packColumns, tileHeight } from './pack'
import { panelWidth, splat } from './vector'

/** @param first whether the sums begin with these rows */
export function addWeightGradients<T>(call: BackwardCall, from: usize, to: usize, rows: usize, first: bool): void {
  if (call.dBias != 0) addRows<T>(call, rows, first)
  if (call.dWeightHr != 0) {
    packPaddedRows<T>(call.right, call.fullRows, call.stride, rows, call.hiddenSize)
    packColumns<T>(call.left, call.dhRows, call.stateStride * sizeof<T>(), rows, call.stateSize)
    addProduct<T>(call, call.dWeightHr, call.stateSize, call.right, call.stride, rows, first)
  }
  if (call.dWeightIh != 0) packInputs<T>(call, from, to, rows)
  if (call.dWeightHh != 0) packPaddedRows<T>(call.rightHh, call.hBefore, call.stateStride, rows, call.stateSize)
  const units: usize = call.units
  if (call.mode != Mode.GRU) {
    addGates<T>(call, 0, call.gates * units, 0, rows, first, call.dWeightIh, call.dWeightHh)
    return
  }
  // r and z have the same part in both products, n has one in that of the input, q in that of the state.
  addGates<T>(call, 0, 2 * units, 0, rows, first, call.dWeightIh, call.dWeightHh)
  addGates<T>(call, 2 * units, units, 2 * units, rows, first, call.dWeightIh, 0)
  addGates<T>(call, 3 * units, units, 2 * units, rows, first, 0, call.dWeightHh)
}

/** Adds the products of `count` columns of dGates, from `column` on, to the gradients' rows from `row` on; 0 for one not wanted. */
function addGates<T>(
  call: BackwardCall, column: usize, count: usize, row: usize, rows: usize, first: bool, dWeightIh: usize, dWeightHh: usize,
): void {
  if (dWeightIh == 0 && dWeightHh == 0) return
  const K: usize = call.inputStride
  const P: usize = call.stateStride
  packColumns<T>(call.left, call.dGates + column * sizeof<T>(), call.dStride * sizeof<T>(), rows, count)
  if (dWeightIh != 0) addProduct<T>(call, dWeightIh + row * K * sizeof<T>(), count, call.right, K, rows, first)
  if (dWeightHh != 0) addProduct<T>(call, dWeightHh + row * P * sizeof<T>(), count, call.rightHh, P, rows, first)
}

/** `out += left right` */
function addProduct<T>(call: BackwardCall, out: usize, count: usize, right: usize, stride: usize, rows: usize, first: bool): void {
  gemm<T>(out, stride, first ? call.zeros : out, first ? 0 : stride, call.left, tileHeight(count), count, right, stride / panelWidth<T>(), rows)
}

/** The right operand of what the timesteps [from, to) read. */
function packInputs<T>(call: BackwardCall, from: usize, to: usize, rows: usize): void {
  const K: usize = call.inputSize
  let k: usize = 0
  for (let t = from; t < to; t++) {
    for (let n: usize = 0; n < batchAt(call, t); n++) {
      packMatrixRow<T>(call.right, call.input + rowOf(call, call.inputBatchMajor != 0, t, n) * K * sizeof<T>(), k++, rows, K)
    }
  }
}

/** The right operand of rows that are `stride` elements apart. */
function packPaddedRows<T>(to: usize, from: usize, stride: usize, rows: usize, columns: usize): void {
  for (let k: usize = 0; k < rows; k++) packMatrixRow<T>(to, from + k * stride * sizeof<T>(), k, rows, columns)
}

/** Adds the sum of the rows of dGates to dBias, four vectors at a time. There is room for those that are too many. */
function addRows<T>(call: BackwardCall, rows: usize, first: bool): void {
  const stride = call.dStride * sizeof<T>()
  for (let at: usize = 0; at < stride - 64; at += 64) {
    let a = splat<T>(0.0), b = a, c = a, d = a
    let from = call.dGates + at
    for (let row: usize = 0; row < rows; row++) {
      a = v128.add<T>(a, v128.load(from))
      b = v128.add<T>(b, v128.load(from, 16))
      c = v128.add<T>(c, v128.load(from, 32))
      d = v128.add<T>(d, v128.load(from, 48))
      from += stride
    }
    const to = call.dBias + at
    if (!first) {
      a = v128.add<T>(a, v128.load(to))
      b = v128.add<T>(b, v128.load(to, 16))
      c = v128.add<T>(c, v128.load(to, 32))
      d = v128.add<T>(d, v128.load(to, 48))
    }
    v128.store(to, a)
    v128.store(to, b, 16)
    v128.store(to, c, 32)
    v128.store(to, d, 48)
  }
}
