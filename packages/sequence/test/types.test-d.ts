import type { Parameter } from '@unroll/nn'
import {
  GRU,
  type HiddenState,
  invertPermutation,
  LSTM,
  type PackedSequence,
  padPackedSequence,
  RNN,
  RNNBase,
} from '@unroll/sequence'
import type { Tensor } from '@unroll/tensor'
import { expectTypeOf } from 'vitest'

declare const x: Tensor
declare const packed: PackedSequence
declare const either: Tensor | PackedSequence
type LSTMState = readonly [hn: Tensor, cn: Tensor]

const lstm = new LSTM(3, 4, { projSize: 2 })
const gru = new GRU(3, 4)
const rnn = new RNN(3, 4, { nonlinearity: 'relu' })

// A tensor gives a tensor, a PackedSequence gives a PackedSequence. The state depends on the mode.
expectTypeOf(lstm.forward(x)).toEqualTypeOf<[output: Tensor, hn: LSTMState]>()
expectTypeOf(lstm.forward(packed, [x, x])).toEqualTypeOf<[output: PackedSequence, hn: LSTMState]>()
expectTypeOf(lstm.forward(either, null)).toEqualTypeOf<[output: Tensor | PackedSequence, hn: LSTMState]>()
expectTypeOf(gru.forward(x, x)).toEqualTypeOf<[output: Tensor, hn: Tensor]>()
expectTypeOf(gru.forward(packed)).toEqualTypeOf<[output: PackedSequence, hn: Tensor]>()
expectTypeOf(rnn.forward(x)).toEqualTypeOf<[output: Tensor, hn: Tensor]>()
expectTypeOf(lstm.forwardAsync(x)).resolves.toEqualTypeOf<[output: Tensor, hn: LSTMState]>()
expectTypeOf(rnn.forwardAsync(packed)).resolves.toEqualTypeOf<[output: PackedSequence, hn: Tensor]>()

// A call takes the state that another one returned.
const [, state] = lstm.forward(x)
lstm.forward(x, state)

// The mode decides the type of an RNNBase's state.
expectTypeOf(new RNNBase('LSTM', 3, 4).forward(x)).toEqualTypeOf<[output: Tensor, hn: LSTMState]>()
expectTypeOf(new RNNBase('GRU', 3, 4).forward(x)).toEqualTypeOf<[output: Tensor, hn: Tensor]>()
expectTypeOf<HiddenState<'RNN_TANH' | 'RNN_RELU'>>().toEqualTypeOf<Tensor>()

// @ts-expect-error an LSTM takes two states
lstm.forward(x, x)
// @ts-expect-error a GRU takes one
gru.forward(x, [x, x])
// @ts-expect-error only LSTM has projections
new GRU(3, 4, { projSize: 2 })
// @ts-expect-error only RNN has a nonlinearity
new LSTM(3, 4, { nonlinearity: 'tanh' })
// @ts-expect-error there are two
new RNN(3, 4, { nonlinearity: 'elu' })
// @ts-expect-error engines compute with float32 and float64
new LSTM(3, 4, { dtype: 'float16' })
// @ts-expect-error camelCase here
new LSTM(3, 4, { num_layers: 2 })

// A result may be null only if the argument may be null.
declare const maybe: Tensor | null
expectTypeOf(invertPermutation(x)).toEqualTypeOf<Tensor>()
expectTypeOf(invertPermutation(maybe)).toEqualTypeOf<Tensor | null>()
expectTypeOf(padPackedSequence(packed)).toEqualTypeOf<[padded: Tensor, lengths: Tensor]>()

// Parameters are properties, under their names in the state dict.
expectTypeOf(lstm['weight_hr_l0_reverse']).toEqualTypeOf<Parameter | undefined>()

// Cell states of all timesteps come as a third result, and only from an LSTM.
expectTypeOf(lstm.forward(x, null, { returnCells: true })).toEqualTypeOf<
  [output: Tensor, hn: LSTMState, cells: Tensor]
>()
expectTypeOf(lstm.forward(packed, [x, x], { returnCells: true })).toEqualTypeOf<
  [output: PackedSequence, hn: LSTMState, cells: PackedSequence]
>()
expectTypeOf(lstm.forward(x, null, { returnCells: false })).toEqualTypeOf<[output: Tensor, hn: LSTMState]>()
expectTypeOf(lstm.forwardAsync(x, null, { returnCells: true })).resolves.toEqualTypeOf<
  [output: Tensor, hn: LSTMState, cells: Tensor]
>()
// @ts-expect-error a GRU has no cell states
gru.forward(x, null, { returnCells: true })
