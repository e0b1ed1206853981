import type { DirectionWeights, FloatArray, RecurrentMode } from '../contract/recurrent.ts'
import { product } from './matrices.ts'

/**
 * One timestep of one sequence: reads `x` `(I)`, replaces the states `h` `(P)` and, for LSTM, `c` `(H)`.
 *
 * The equations are those in PyTorch's documentation of nn.RNNCell, nn.LSTMCell and nn.GRUCell. A bias `b` is zero if
 * the layer has none.
 */
export type CellStep = (
  w: DirectionWeights,
  x: FloatArray,
  h: FloatArray,
  c: FloatArray | null,
  hiddenSize: number,
) => void

/** The recurrences by mode. */
export const cellSteps: Readonly<Record<RecurrentMode, CellStep>> = {
  // h' = act(W_ih x + b_ih + W_hh h + b_hh)
  RNN_TANH: (w, x, h) => h.set(gates(w, x, h).map(Math.tanh)),
  RNN_RELU: (w, x, h) => h.set(gates(w, x, h).map(relu)),

  // c' = f * c + i * g,  h' = o * tanh(c'),  projected: h' = W_hr (o * tanh(c'))
  LSTM: (w, x, h, c, H) => {
    if (c === null) throw new TypeError('LSTM step: expected a cell state, got null')
    const a = gates(w, x, h)
    const full = c.slice()
    for (let j = 0; j < H; j++) {
      const i = sigmoid(a[j] ?? 0)
      const f = sigmoid(a[H + j] ?? 0)
      const g = Math.tanh(a[2 * H + j] ?? 0)
      const o = sigmoid(a[3 * H + j] ?? 0)
      const cell = f * (c[j] ?? 0) + i * g
      c[j] = cell
      full[j] = o * Math.tanh(cell)
    }
    h.set(w.weightHr === null ? full : product(w.weightHr, full, null))
  },

  // n = tanh(W_in x + b_in + r * (W_hn h + b_hn)),  h' = (h - n) * z + n
  GRU: (w, x, h, _c, H) => {
    const fromX = product(w.weightIh, x, w.biasIh)
    const fromH = product(w.weightHh, h, w.biasHh)
    for (let j = 0; j < H; j++) {
      const r = sigmoid((fromX[j] ?? 0) + (fromH[j] ?? 0))
      const z = sigmoid((fromX[H + j] ?? 0) + (fromH[H + j] ?? 0))
      const n = Math.tanh((fromX[2 * H + j] ?? 0) + r * (fromH[2 * H + j] ?? 0))
      h[j] = ((h[j] ?? 0) - n) * z + n
    }
  },
}

/** `W_ih x + b_ih + W_hh h + b_hh` `(G*H)`: the gates before their activation. */
export function gates(w: DirectionWeights, x: FloatArray, h: FloatArray): Float64Array {
  const fromX = product(w.weightIh, x, w.biasIh)
  const fromH = product(w.weightHh, h, w.biasHh)
  return fromX.map((value, row) => value + (fromH[row] ?? 0))
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

function relu(x: number): number {
  return x > 0 || Number.isNaN(x) ? x : 0
}
