import type { Tensor } from '@unroll/tensor'
import { expectTypeOf } from 'vitest'
import { type CellState, GRUCell, LSTMCell, RNNCell } from '../src/index.ts'

declare const input: Tensor
const [rnn, lstm, gru] = [new RNNCell(3, 4, { nonlinearity: 'relu' }), new LSTMCell(3, 4), new GRUCell(3, 4)]

// A loop over the timesteps, with and without an initial state.
let hx: Tensor | undefined
for (const xt of input) hx = gru.forward(xt, hx)
let pair: CellState | null = null
for (const xt of input) pair = lstm.forward(xt, pair)
let [h, c] = lstm.forward(input)
for (const xt of input) [h, c] = lstm.forward(xt, [h, c])

expectTypeOf(rnn.forward(input, h)).toEqualTypeOf<Tensor>()
expectTypeOf(lstm.forward(input, pair)).toEqualTypeOf<readonly [hn: Tensor, cn: Tensor]>()
expectTypeOf(lstm.forwardAsync(input, [h, c])).resolves.toEqualTypeOf<CellState>()
expectTypeOf(gru.forwardAsync(input, hx)).resolves.toEqualTypeOf<Tensor>()

// @ts-expect-error an LSTM keeps two states
lstm.forward(input, h)
// @ts-expect-error only RNNCell has a nonlinearity
new GRUCell(3, 4, { nonlinearity: 'tanh' })
// @ts-expect-error cells compute in float32 or float64
new GRUCell(3, 4, { dtype: 'int64' })
