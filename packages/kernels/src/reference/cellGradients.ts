import type { DirectionWeights, FloatArray, RecurrentMode } from '../contract/recurrent.ts'
import type { DirectionGradients } from '../contract/training.ts'
import { gates, sigmoid } from './cellSteps.ts'
import { add, addOuterProduct, product, transposedProduct } from './matrices.ts'

/** What a timestep read: `x` `(I)`, and the states before it, `h` `(P)` and, for LSTM, `c` `(H)`. */
export interface CellInputs {
  readonly x: FloatArray
  readonly h: FloatArray
  readonly c: FloatArray | null
}

/**
 * The derivative of one timestep of one sequence. `dh` `(P)` and, for LSTM, `dc` `(H)` are the gradients of the states
 * after the timestep. They are replaced by those of the states before it. The gradients of the weights are added to
 * `dw`, shaped as `w`, unless it is null. Returns the gradient of `x` `(I)`, or null unless `wantsX`.
 *
 * In comments, `dy` is the gradient of the loss with respect to `y`, and `a` is the value before a gate's activation.
 * The derivatives are those of the equations in cellSteps.ts, by the chain rule: `sigmoid' = sigmoid (1 - sigmoid)`,
 * `tanh' = 1 - tanh^2`.
 */
export type CellGradient = (
  w: DirectionWeights,
  inputs: CellInputs,
  dh: Float64Array,
  dc: Float64Array | null,
  dw: DirectionGradients,
  wantsX: boolean,
  hiddenSize: number,
) => Float64Array | null

/** The derivatives by mode. */
export const cellGradients: Readonly<Record<RecurrentMode, CellGradient>> = {
  // da = dh' * (1 - h'^2)
  RNN_TANH: (w, inputs, dh, _dc, dw, wantsX) => {
    const da = gates(w, inputs.x, inputs.h).map((a, j) => (dh[j] ?? 0) * (1 - Math.tanh(a) ** 2))
    return throughProducts(w, inputs, da, da, dh, dw, wantsX)
  },

  // da = dh' where a > 0, else 0; NaN passes, as in PyTorch
  RNN_RELU: (w, inputs, dh, _dc, dw, wantsX) => {
    const da = gates(w, inputs.x, inputs.h).map((a, j) => (a <= 0 ? 0 : (dh[j] ?? 0)))
    return throughProducts(w, inputs, da, da, dh, dw, wantsX)
  },

  // m = o * tanh(c'),  h' = m, projected: h' = W_hr m and so dm = W_hr^T dh'
  // do = dm * tanh(c'),  dc' += dm * o * (1 - tanh(c')^2)
  // df = dc' * c,  di = dc' * g,  dg = dc' * i,  dc = dc' * f
  LSTM: (w, inputs, dh, dc, dw, wantsX, H) => {
    const { x, h, c } = inputs
    if (c === null || dc === null) throw new TypeError('LSTM gradient: expected a cell state, got null')
    const a = gates(w, x, h)
    const dm = w.weightHr === null ? dh : transposedProduct(w.weightHr, dh)
    const m = new Float64Array(H)
    const da = new Float64Array(4 * H)
    for (let j = 0; j < H; j++) {
      const i = sigmoid(a[j] ?? 0)
      const f = sigmoid(a[H + j] ?? 0)
      const g = Math.tanh(a[2 * H + j] ?? 0)
      const o = sigmoid(a[3 * H + j] ?? 0)
      const cj = c[j] ?? 0
      const tanhCell = Math.tanh(f * cj + i * g)
      m[j] = o * tanhCell
      const dmj = dm[j] ?? 0
      const dCell = (dc[j] ?? 0) + dmj * o * (1 - tanhCell ** 2)
      da[j] = dCell * g * i * (1 - i)
      da[H + j] = dCell * cj * f * (1 - f)
      da[2 * H + j] = dCell * i * (1 - g ** 2)
      da[3 * H + j] = dmj * tanhCell * o * (1 - o)
      dc[j] = dCell * f
    }
    if (dw.weightHr !== null) addOuterProduct(dw.weightHr, dh, m)
    return throughProducts(w, inputs, da, da, dh, dw, wantsX)
  },

  // q = W_hn h + b_hn,  n = tanh(W_in x + b_in + r * q),  h' = (h - n) * z + n
  // dn = dh' * (1 - z),  dz = dh' * (h - n),  dh = dh' * z + what comes through the products
  // dr = da_n * q,  dq = da_n * r
  GRU: (w, inputs, dh, _dc, dw, wantsX, H) => {
    const { x, h } = inputs
    const fromX = product(w.weightIh, x, w.biasIh)
    const fromH = product(w.weightHh, h, w.biasHh)
    const dFromX = new Float64Array(3 * H)
    const dFromH = new Float64Array(3 * H)
    const direct = new Float64Array(H)
    for (let j = 0; j < H; j++) {
      const r = sigmoid((fromX[j] ?? 0) + (fromH[j] ?? 0))
      const z = sigmoid((fromX[H + j] ?? 0) + (fromH[H + j] ?? 0))
      const q = fromH[2 * H + j] ?? 0
      const n = Math.tanh((fromX[2 * H + j] ?? 0) + r * q)
      const dhj = dh[j] ?? 0
      const dan = dhj * (1 - z) * (1 - n ** 2)
      dFromX[j] = dFromH[j] = dan * q * r * (1 - r)
      dFromX[H + j] = dFromH[H + j] = dhj * ((h[j] ?? 0) - n) * z * (1 - z)
      dFromX[2 * H + j] = dan
      dFromH[2 * H + j] = dan * r
      direct[j] = dhj * z
    }
    const dx = throughProducts(w, inputs, dFromX, dFromH, dh, dw, wantsX)
    add(dh, direct)
    return dx
  },
}

/**
 * Takes the gradients of `W_ih x + b_ih` and `W_hh h + b_hh`, both `(G*H)`, and computes those of their parts. Adds to
 * `dw`, overwrites `dh`, and returns the gradient of `x` if it is wanted.
 */
function throughProducts(
  w: DirectionWeights,
  { x, h }: CellInputs,
  dFromX: Float64Array,
  dFromH: Float64Array,
  dh: Float64Array,
  dw: DirectionGradients,
  wantsX: boolean,
): Float64Array | null {
  if (dw.weightIh !== null) addOuterProduct(dw.weightIh, dFromX, x)
  if (dw.weightHh !== null) addOuterProduct(dw.weightHh, dFromH, h)
  if (dw.biasIh !== null) add(dw.biasIh, dFromX)
  if (dw.biasHh !== null) add(dw.biasHh, dFromH)
  dh.set(transposedProduct(w.weightHh, dFromH))
  return wantsX ? transposedProduct(w.weightIh, dFromX) : null
}
