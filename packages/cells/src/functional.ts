import { describeValue, optionsOf } from '@unroll/kernels'
import { checkTensor, linear, type Tensor } from '@unroll/tensor'
import type { CellState } from './cellBase.ts'
import { pairOf } from './statesOf.ts'

// The steps of the cells as functions over tensors. They compute the equations of the classes, operation by operation.
// The classes are faster: an engine keeps their weights and computes a step in one call.

/** The weights of a cell: `G` gates stacked by rows. */
export interface CellWeights {
  /** `(G*H, I)` */
  readonly weightIh: Tensor
  /** `(G*H, H)` */
  readonly weightHh: Tensor
  /** `(G*H)` */
  readonly biasIh?: Tensor | null
  /** `(G*H)` */
  readonly biasHh?: Tensor | null
}

/**
 * A step of an {@link RNNCell}: PyTorch's `rnn_tanh_cell` and `rnn_relu_cell`.
 * @param input `(N, I)`, or `(I)`
 * @param hx `h`: `(N, H)`, or `(H)`
 * @returns `h'`, shaped as `h`
 */
export function rnnCell(
  input: Tensor,
  hx: Tensor,
  weights: CellWeights,
  nonlinearity: 'tanh' | 'relu' = 'tanh',
): Tensor {
  if (nonlinearity !== 'tanh' && nonlinearity !== 'relu') {
    throw new RangeError(
      `rnnCell: expected the nonlinearity tanh or relu, got ${describeValue(nonlinearity satisfies never)}`,
    )
  }
  const [x, h] = products('rnnCell', input, hx, weights)
  const sum = x.add(h)
  return nonlinearity === 'relu' ? sum.relu() : sum.tanh()
}

/**
 * A step of an {@link LSTMCell}: PyTorch's `lstm_cell`.
 * @param input `(N, I)`, or `(I)`
 * @param state `[h, c]`, each `(N, H)`, or `(H)`
 * @returns `[h', c']`, shaped as `state`
 */
export function lstmCell(input: Tensor, state: CellState, weights: CellWeights): CellState {
  const [hx, cx] = pairOf('lstmCell', state) ?? []
  checkTensor('lstmCell', 'hx[1]', cx)
  const [x, h] = products('lstmCell', input, hx, weights)
  const sum = x.add(h)
  const hidden = h.size(-1) / 4
  const i = gate(sum, 0, hidden).sigmoid()
  const f = gate(sum, 1, hidden).sigmoid()
  const g = gate(sum, 2, hidden).tanh()
  const o = gate(sum, 3, hidden).sigmoid()
  const cn = f.mul(cx).add(i.mul(g))
  return [o.mul(cn.tanh()), cn]
}

/**
 * A step of a {@link GRUCell}: PyTorch's `gru_cell`.
 * @param input `(N, I)`, or `(I)`
 * @param hx `h`: `(N, H)`, or `(H)`
 * @returns `h'`, shaped as `h`
 */
export function gruCell(input: Tensor, hx: Tensor, weights: CellWeights): Tensor {
  const [x, h] = products('gruCell', input, hx, weights)
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
  return hx.sub(n).mul(z).add(n)
}

type Given = { readonly [weight in keyof CellWeights]: CellWeights[weight] | null | undefined }

const noWeights: Given = { weightIh: undefined, weightHh: undefined, biasIh: null, biasHh: null }

/** `W_ih x + b_ih` and `W_hh h + b_hh`, each `(N, G*H)`, or `(G*H)` */
function products(who: string, input: Tensor, hx: unknown, weights: CellWeights): [Tensor, Tensor] {
  checkTensor(who, 'input', input)
  checkTensor(who, 'hx', hx)
  const { weightIh, weightHh, biasIh, biasHh } = optionsOf<Given>(`${who}: weights`, weights, noWeights)
  checkTensor(who, 'weightIh', weightIh)
  checkTensor(who, 'weightHh', weightHh)
  if (biasIh !== null && biasIh !== undefined) checkTensor(who, 'biasIh', biasIh)
  if (biasHh !== null && biasHh !== undefined) checkTensor(who, 'biasHh', biasHh)
  return [linear(input, weightIh, biasIh ?? null), linear(hx, weightHh, biasHh ?? null)]
}

/** The columns of gate `index`. */
function gate(sums: Tensor, index: number, hidden: number): Tensor {
  return sums.narrow(-1, index * hidden, hidden)
}
