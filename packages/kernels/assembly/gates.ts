/**
 * From pre-activations to states, for neighbouring units of the whole batch.
 *
 * | operand | layout |
 * |---|---|
 * | pre | `W_ih x + b`, one row for each sequence: `[unit block][gate][lane]`, see pack.ts; gates i, f, g, o or r, z, n |
 * | hidden | `W_hh h`, for GRU `+ (0, 0, b_hn)`, of some blocks of columns, laid out as `pre` |
 * | c, h | one row for each sequence, `stride` elements apart, units padded to whole vectors |
 * | tape | one row for each sequence, see call.ts; 0 if the call is not recorded |
 *
 * Strides are in elements.
 */
import { sigmoid, sigmoidTimesTanh, tanh } from './math'
import { lanes, madd, splat } from './vector'

/** `h' = tanh(pre)` */
export function tanhGates<T>(rows: usize, units: usize, pre: usize, hidden: usize, preStride: usize, hiddenStride: usize, h: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let u: usize = 0
    do {
      const offset = u * sizeof<T>()
      v128.store(h + offset, tanh<T>(sum<T>(pre + offset, hidden + offset)))
      u += lanes<T>()
    } while (u < units)
    pre += preStride * sizeof<T>()
    hidden += hiddenStride * sizeof<T>()
    h += stride * sizeof<T>()
  }
}

/** `h' = max(pre, 0)`; NaN stays NaN. */
export function reluGates<T>(rows: usize, units: usize, pre: usize, hidden: usize, preStride: usize, hiddenStride: usize, h: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let u: usize = 0
    do {
      const offset = u * sizeof<T>()
      v128.store(h + offset, v128.max<T>(sum<T>(pre + offset, hidden + offset), splat<T>(0.0)))
      u += lanes<T>()
    } while (u < units)
    pre += preStride * sizeof<T>()
    hidden += hiddenStride * sizeof<T>()
    h += stride * sizeof<T>()
  }
}

/** `c' = f c + i g`, `h' = o tanh(c')`: in two passes. Their short chains of operations overlap better than one long chain. */
export function lstmGates<T>(rows: usize, units: usize, pre: usize, hidden: usize, preStride: usize, hiddenStride: usize, h: usize, c: usize, stride: usize, tape: usize, tapeStride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let fromX = pre
    let fromH = hidden
    let to = tape
    let u: usize = 0
    do {
      const cell = c + u * sizeof<T>()
      const f = sigmoid<T>(sum<T>(fromX + 16, fromH + 16))
      const ig = sigmoidTimesTanh<T>(sum<T>(fromX, fromH), sum<T>(fromX + 32, fromH + 32), to, tape == 0 ? 0 : to + 32)
      const next = madd<T>(f, v128.load(cell), ig)
      v128.store(cell, next)
      if (tape != 0) {
        v128.store(to, f, 16)
        v128.store(to, next, 64)
        to += 80
      }
      fromX += 64
      fromH += 64
      u += lanes<T>()
    } while (u < units)
    fromX = pre
    fromH = hidden
    to = tape
    u = 0
    do {
      const offset = u * sizeof<T>()
      v128.store(h + offset, sigmoidTimesTanh<T>(sum<T>(fromX + 48, fromH + 48), v128.load(c + offset), tape == 0 ? 0 : to + 48, 0))
      if (tape != 0) to += 80
      fromX += 64
      fromH += 64
      u += lanes<T>()
    } while (u < units)
    pre += preStride * sizeof<T>()
    hidden += hiddenStride * sizeof<T>()
    h += stride * sizeof<T>()
    c += stride * sizeof<T>()
    tape += tapeStride * sizeof<T>()
  }
}

/** `n = tanh(pre_n + r hidden_n)`, `h' = (h - n) z + n`: in two passes, as above. z and the argument of tanh are kept in `hidden`. */
export function gruGates<T>(rows: usize, units: usize, pre: usize, hidden: usize, preStride: usize, hiddenStride: usize, h: usize, stride: usize, tape: usize, tapeStride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let fromX = pre
    let fromH = hidden
    let to = tape
    let u: usize = 0
    do {
      const r = sigmoid<T>(sum<T>(fromX, fromH))
      const z = sigmoid<T>(sum<T>(fromX + 16, fromH + 16))
      if (tape != 0) {
        v128.store(to, r)
        v128.store(to, z, 16)
        v128.store(to, v128.load(fromH, 32), 48)
        to += 64
      }
      v128.store(fromH, z, 16)
      v128.store(fromH, madd<T>(r, v128.load(fromH, 32), v128.load(fromX, 32)), 32)
      fromX += 48
      fromH += 48
      u += lanes<T>()
    } while (u < units)
    fromH = hidden
    to = tape
    u = 0
    do {
      const offset = u * sizeof<T>()
      const n = tanh<T>(v128.load(fromH, 32))
      if (tape != 0) {
        v128.store(to, n, 32)
        to += 64
      }
      v128.store(h + offset, madd<T>(v128.sub<T>(v128.load(h + offset), n), v128.load(fromH, 16), n))
      fromH += 48
      u += lanes<T>()
    } while (u < units)
    pre += preStride * sizeof<T>()
    hidden += hiddenStride * sizeof<T>()
    h += stride * sizeof<T>()
    tape += tapeStride * sizeof<T>()
  }
}

/** The sum of the vectors at two addresses. */
// @ts-ignore: decorator
@inline export function sum<T>(a: usize, b: usize): v128 {
  return v128.add<T>(v128.load(a), v128.load(b))
}
