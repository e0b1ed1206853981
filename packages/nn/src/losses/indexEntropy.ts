import type { FloatArray } from '@unroll/kernels'
import { isGradEnabled, noGrad, type Tensor, tensor } from '@unroll/tensor'
import { ofFloats, record } from '@unroll/tensor/layers'
import { allocateLike, floatsOf } from '../functional/floats.ts'
import { type Classes, startOf } from './classTargets.ts'

/**
 * The cross entropy of each position with its class, as one operation. With `t` the weights that a position gives to classes, `w_y` of
 * them to its own, it is `-sum(t log(p))`, and its gradient is `p sum(t) - t`. With smoothing `e`, `t` is
 * `(1 - e) w_y` for its own class and `e / C w_c` for each.
 * @param input (N, C, ...)
 * @param classes (N, ...); -1 for positions that do not count
 * @returns (N, ...)
 */
export function indexEntropy(
  input: Tensor,
  classes: Int32Array,
  all: Classes,
  weights: FloatArray | null,
  smoothing: number,
): Tensor {
  const { dim, count: C, shape, inner } = all
  const shares = sharesOf(C, weights, smoothing)
  const logs = noGrad(() => input.logSoftmax(dim))
  const x = floatsOf('crossEntropy', 'input', logs)
  const out = allocateLike(x, classes.length)
  for (let k = 0; k < out.length; k++) {
    const own = classes[k] ?? -1
    if (own < 0) continue
    const start = startOf(k, C, inner)
    let loss = -shares.own * weightOf(shares, own) * (x[start + own * inner] ?? 0)
    if (shares.each > 0) {
      for (let c = 0; c < C; c++) loss -= shares.each * weightOf(shares, c) * (x[start + c * inner] ?? 0)
    }
    out[k] = loss
  }
  const losses = ofFloats(out, shape)
  record('NllLossBackward0', [input], [losses], ({ save }) => {
    const [savedInput, savedLogs] = [save(input), save(logs)]
    return ([g]) => {
      if (!g) return []
      if (isGradEnabled()) return [inOperations(savedInput(), g, classes, all, shares)]
      const p = floatsOf('crossEntropy', 'input', savedLogs().exp())
      return [
        ofFloats(gradient(p, floatsOf('crossEntropy', 'gradient', g), classes, all, shares), input.shape),
      ]
    }
  })
  return losses
}

/** What a position gives to classes: to its own, and to every class, each times the weight of the class. */
interface Shares {
  readonly weights: FloatArray | null
  readonly own: number
  readonly each: number
  /** What every class gets, added up. */
  readonly total: number
}

function sharesOf(C: number, weights: FloatArray | null, smoothing: number): Shares {
  const each = smoothing / C
  let total = smoothing
  if (weights) {
    total = 0
    for (let c = 0; c < C; c++) total += each * (weights[c] ?? 0)
  }
  return { weights, own: 1 - smoothing, each, total }
}

function weightOf({ weights }: Shares, c: number): number {
  return weights ? (weights[c] ?? 0) : 1
}

/**
 * The gradient, in the memory of the probabilities.
 * @param p (N, C, ...)
 * @param g (N, ...), the gradient of the losses
 */
function gradient(
  p: FloatArray,
  g: FloatArray,
  classes: Int32Array,
  { count: C, inner }: Classes,
  shares: Shares,
): FloatArray {
  const { each, total } = shares
  for (let k = 0; k < classes.length; k++) {
    const own = classes[k] ?? -1
    const start = startOf(k, C, inner)
    const end = start + C * inner
    if (own < 0) {
      // As in PyTorch, NaN stays.
      for (let at = start; at < end; at += inner) p[at] = (p[at] ?? 0) * 0
      continue
    }
    const slope = g[k] ?? 0
    const share = shares.own * weightOf(shares, own)
    const factor = slope * (share + total)
    if (each > 0) {
      for (let at = start, c = 0; at < end; at += inner, c++)
        p[at] = (p[at] ?? 0) * factor - slope * each * weightOf(shares, c)
    } else {
      for (let at = start; at < end; at += inner) p[at] = (p[at] ?? 0) * factor
    }
    const at = start + own * inner
    p[at] = (p[at] ?? 0) - slope * share
  }
  return p
}

/** The same, of gradients that have gradients themselves. */
function inOperations(input: Tensor, g: Tensor, classes: Int32Array, all: Classes, shares: Shares): Tensor {
  const { dim, count: C, shape, inner } = all
  const given = new Float64Array(input.numel)
  const totals = new Float64Array(classes.length)
  for (const [k, own] of classes.entries()) {
    if (own < 0) continue
    const start = startOf(k, C, inner)
    for (let c = 0; c < C; c++) given[start + c * inner] = shares.each * weightOf(shares, c)
    const share = shares.own * weightOf(shares, own)
    given[start + own * inner] = (given[start + own * inner] ?? 0) + share
    totals[k] = share + shares.total
  }
  const constant = (values: Float64Array, sizes: readonly number[]): Tensor =>
    tensor(values, { shape: sizes }).to(input.dtype)
  const counts = tensor(classes).ge(0).reshape(shape)
  const slope = g.where(counts, 0).unsqueeze(dim)
  const spread = slope.mul(constant(totals, shape).unsqueeze(dim))
  return input
    .softmax(dim)
    .mul(spread)
    .sub(slope.mul(constant(given, input.shape)))
}
