import { describeValue, optionsOf } from '@unroll/kernels'
import { stepOf } from '@unroll/nn/recurrent'
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
  return stepOf(nonlinearity === 'relu' ? 'RNN_RELU' : 'RNN_TANH', x, h, hx, null).h
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
  checkTensor('lstmCell', 'hx', hx)
  const step = stepOf('LSTM', x, h, hx, cx)
  return [step.h, step.c ?? step.h]
}

/**
 * A step of a {@link GRUCell}: PyTorch's `gru_cell`.
 * @param input `(N, I)`, or `(I)`
 * @param hx `h`: `(N, H)`, or `(H)`
 * @returns `h'`, shaped as `h`
 */
export function gruCell(input: Tensor, hx: Tensor, weights: CellWeights): Tensor {
  const [x, h] = products('gruCell', input, hx, weights)
  return stepOf('GRU', x, h, hx, null).h
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
