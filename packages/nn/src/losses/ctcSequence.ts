import type { FloatArray } from '@unroll/kernels'

/** The log probabilities of one sequence: timestep `t` has its classes from `start + t * step` on. */
export interface CtcRows {
  readonly x: FloatArray
  readonly start: number
  readonly step: number
  /** Timesteps. */
  readonly length: number
  readonly classes: number
}

/**
 * The CTC loss of one sequence, and its gradient. A path goes through the states blank, label 1, blank, label 2, ..., blank: each
 * timestep it stays, goes on, or skips the blank between two different labels. `alpha` is the log probability of all beginnings of
 * paths that end in a state, `beta` that of all ends that begin there, both with the timestep itself.
 *
 * The gradient is `exp(x) - (probability that a path is in a state of this class)`, which is right behind a log softmax.
 * @param gradient laid out as `x`, to be written for the sequence's timesteps; null if nobody wants it
 * @returns the loss; infinite if there are more labels than timesteps allow, or 0 with `zeroInfinity`
 */
export function ctcSequence(
  rows: CtcRows,
  labels: readonly number[],
  blank: number,
  zeroInfinity: boolean,
  gradient: FloatArray | null,
): number {
  const { x, start, step, length, classes } = rows
  if (length === 0) return labels.length === 0 || zeroInfinity ? 0 : Number.POSITIVE_INFINITY
  const states = Int32Array.from({ length: 2 * labels.length + 1 }, (_, s) =>
    s % 2 === 0 ? blank : (labels[(s - 1) / 2] ?? blank),
  )
  const alpha = forwards(rows, states)
  const last = length * states.length
  const likelihood = logAdd(
    alpha[last - 1] ?? 0,
    states.length > 1 ? (alpha[last - 2] ?? 0) : Number.NEGATIVE_INFINITY,
  )
  const loss = -likelihood
  if (loss === Number.POSITIVE_INFINITY && zeroInfinity) return 0
  if (gradient === null) return loss

  const beta = backwards(rows, states)
  const occupied = new Float64Array(classes)
  for (let t = 0; t < length; t++) {
    occupied.fill(Number.NEGATIVE_INFINITY)
    for (let s = 0; s < states.length; s++) {
      const at = t * states.length + s
      const c = states[s] ?? 0
      occupied[c] = logAdd(occupied[c] ?? 0, (alpha[at] ?? 0) + (beta[at] ?? 0))
    }
    const from = start + t * step
    for (let c = 0; c < classes; c++) {
      const lp = x[from + c] ?? 0
      // Both alpha and beta count the timestep.
      gradient[from + c] = Math.exp(lp) - Math.exp((occupied[c] ?? 0) + loss - lp)
    }
  }
  return loss
}

/** (T, S) */
function forwards({ x, start, step, length }: CtcRows, states: Int32Array): Float64Array {
  const S = states.length
  const alpha = new Float64Array(length * S).fill(Number.NEGATIVE_INFINITY)
  for (let s = 0; s < Math.min(2, S); s++) alpha[s] = x[start + (states[s] ?? 0)] ?? 0
  for (let t = 1; t < length; t++) {
    const [row, before] = [t * S, (t - 1) * S]
    for (let s = 0; s < S; s++) {
      let sum = alpha[before + s] ?? 0
      if (s > 0) sum = logAdd(sum, alpha[before + s - 1] ?? 0)
      if (skips(states, s)) sum = logAdd(sum, alpha[before + s - 2] ?? 0)
      alpha[row + s] = sum + (x[start + t * step + (states[s] ?? 0)] ?? 0)
    }
  }
  return alpha
}

/** (T, S) */
function backwards({ x, start, step, length }: CtcRows, states: Int32Array): Float64Array {
  const S = states.length
  const beta = new Float64Array(length * S).fill(Number.NEGATIVE_INFINITY)
  for (let s = Math.max(0, S - 2); s < S; s++) {
    beta[(length - 1) * S + s] = x[start + (length - 1) * step + (states[s] ?? 0)] ?? 0
  }
  for (let t = length - 2; t >= 0; t--) {
    const [row, after] = [t * S, (t + 1) * S]
    for (let s = 0; s < S; s++) {
      let sum = beta[after + s] ?? 0
      if (s + 1 < S) sum = logAdd(sum, beta[after + s + 1] ?? 0)
      if (s + 2 < S && skips(states, s + 2)) sum = logAdd(sum, beta[after + s + 2] ?? 0)
      beta[row + s] = sum + (x[start + t * step + (states[s] ?? 0)] ?? 0)
    }
  }
  return beta
}

/** Whether a path may come to state `s` from the one before the blank: from another label. */
function skips(states: Int32Array, s: number): boolean {
  return s > 1 && s % 2 === 1 && states[s] !== states[s - 2]
}

/** `log(exp(a) + exp(b))` */
function logAdd(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b
  if (b === Number.NEGATIVE_INFINITY) return a
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b))
}
