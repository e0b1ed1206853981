/**
 * From pre-activations to states: one pass over the batch a timestep.
 *
 * | operand | layout |
 * |---|---|
 * | pre | a row a sequence: `[unit block][gate][lane]`, see pack.ts; gates i, f, g, o or r, z, n |
 * | c, h | a row a sequence, `stride` elements apart, units padded to whole vectors |
 *
 * Strides are in elements.
 */
import { sigmoid, sigmoidTimesTanh, tanh } from './math'
import { lanes, madd, splat } from './vector'

/** `h' = tanh(pre)` */
export function tanhGates<T>(rows: usize, units: usize, pre: usize, preStride: usize, h: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let u: usize = 0; u < units; u += lanes<T>()) {
      const offset = u * sizeof<T>()
      v128.store(h + offset, tanh<T>(v128.load(pre + offset)))
    }
    pre += preStride * sizeof<T>()
    h += stride * sizeof<T>()
  }
}

/** `h' = max(pre, 0)`, NaN kept. */
export function reluGates<T>(rows: usize, units: usize, pre: usize, preStride: usize, h: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let u: usize = 0; u < units; u += lanes<T>()) {
      const offset = u * sizeof<T>()
      v128.store(h + offset, v128.max<T>(v128.load(pre + offset), splat<T>(0.0)))
    }
    pre += preStride * sizeof<T>()
    h += stride * sizeof<T>()
  }
}

/** `c' = f c + i g`, `h' = o tanh(c')`: a pass each, whose short chains of operations overlap better than one long one. */
export function lstmGates<T>(rows: usize, units: usize, pre: usize, preStride: usize, h: usize, c: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let gates = pre
    for (let u: usize = 0; u < units; u += lanes<T>()) {
      const cell = c + u * sizeof<T>()
      const f = sigmoid<T>(v128.load(gates, 16))
      v128.store(cell, madd<T>(f, v128.load(cell), sigmoidTimesTanh<T>(v128.load(gates), v128.load(gates, 32))))
      gates += 64
    }
    gates = pre
    for (let u: usize = 0; u < units; u += lanes<T>()) {
      const offset = u * sizeof<T>()
      v128.store(h + offset, sigmoidTimesTanh<T>(v128.load(gates, 48), v128.load(c + offset)))
      gates += 64
    }
    pre += preStride * sizeof<T>()
    h += stride * sizeof<T>()
    c += stride * sizeof<T>()
  }
}

/** `n = tanh(pre_n + r hidden_n)`, `h' = (h - n) z + n`; `hidden` is `W_hh h + (0, 0, b_hn)` in the layout of `pre`. */
export function gruGates<T>(rows: usize, units: usize, pre: usize, hidden: usize, preStride: usize, h: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let gates = pre
    let fromH = hidden
    for (let u: usize = 0; u < units; u += lanes<T>()) {
      const offset = u * sizeof<T>()
      const r = sigmoid<T>(v128.add<T>(v128.load(gates), v128.load(fromH)))
      const z = sigmoid<T>(v128.add<T>(v128.load(gates, 16), v128.load(fromH, 16)))
      const n = tanh<T>(madd<T>(r, v128.load(fromH, 32), v128.load(gates, 32)))
      v128.store(h + offset, madd<T>(v128.sub<T>(v128.load(h + offset), n), z, n))
      gates += 48
      fromH += 48
    }
    pre += preStride * sizeof<T>()
    hidden += preStride * sizeof<T>()
    h += stride * sizeof<T>()
  }
}
