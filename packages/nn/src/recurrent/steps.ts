import type { RecurrentMode } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'

// One timestep of each recurrence, operation by operation. Engines compute whole sequences in one call, and are faster; these have
// gradients of gradients, and show what is in between. `x` is `W_ih x + b_ih` and `h` is `W_hh h + b_hh`, each `(N, G*H)`.

/** The results of a timestep, each `(N, H)`. */
export interface Step {
  readonly h: Tensor
  /** LSTM: the cell state; else null. */
  readonly c: Tensor | null
  /** The gates under their letters: LSTM i, f, g, o; GRU r, z, n; none of an RNN. */
  readonly gates: Readonly<Record<string, Tensor>>
}

/**
 * A timestep of a mode.
 * @param hx the hidden state before it
 * @param cx LSTM: the cell state before it; else null
 */
export function stepOf(mode: RecurrentMode, x: Tensor, h: Tensor, hx: Tensor, cx: Tensor | null): Step {
  if (mode === 'GRU') return gruStep(x, h, hx)
  if (mode === 'LSTM' && cx !== null) return lstmStep(x, h, cx)
  return { h: mode === 'RNN_RELU' ? x.add(h).relu() : x.add(h).tanh(), c: null, gates: {} }
}

/**
 * ```math
 * i = sigmoid(x_i + h_i)
 * f = sigmoid(x_f + h_f)
 * g = tanh(x_g + h_g)
 * o = sigmoid(x_o + h_o)
 * c' = f * c + i * g
 * h' = o * tanh(c')
 * ```
 */
function lstmStep(x: Tensor, h: Tensor, cx: Tensor): Step {
  const sum = x.add(h)
  const hidden = h.size(-1) / 4
  const i = gate(sum, 0, hidden).sigmoid()
  const f = gate(sum, 1, hidden).sigmoid()
  const g = gate(sum, 2, hidden).tanh()
  const o = gate(sum, 3, hidden).sigmoid()
  const c = f.mul(cx).add(i.mul(g))
  return { h: o.mul(c.tanh()), c, gates: { i, f, g, o } }
}

/**
 * ```math
 * r = sigmoid(x_r + h_r)
 * z = sigmoid(x_z + h_z)
 * n = tanh(x_n + r * h_n)
 * h' = (h - n) * z + n
 * ```
 */
function gruStep(x: Tensor, h: Tensor, hx: Tensor): Step {
  const hidden = hx.size(-1)
  const r = gate(x, 0, hidden)
    .add(gate(h, 0, hidden))
    .sigmoid()
  const z = gate(x, 1, hidden)
    .add(gate(h, 1, hidden))
    .sigmoid()
  const n = gate(x, 2, hidden)
    .add(r.mul(gate(h, 2, hidden)))
    .tanh()
  return { h: hx.sub(n).mul(z).add(n), c: null, gates: { r, z, n } }
}

/** The columns of gate `index`. */
function gate(sums: Tensor, index: number, hidden: number): Tensor {
  return sums.narrow(-1, index * hidden, hidden)
}
