import type { DeviceOperations } from '@unroll/kernels'
import { checkedOptions, type StateDict } from '@unroll/nn'
import type { DeviceResult } from './deviceResult.ts'
import { type FromStateDictOptions, fromStateDictDefaults, layerFromState } from './layerState.ts'
import type { LSTMOptions } from './options.ts'
import { RNNBase } from './rnnBase.ts'

/**
 * Long short-term memory of one or more layers, PyTorch's `nn.LSTM`; gates are stacked in the order i, f, g, o:
 *
 * ```math
 * i  = sigmoid(W_ii x + b_ii + W_hi h + b_hi)
 * f  = sigmoid(W_if x + b_if + W_hf h + b_hf)
 * g  = tanh(W_ig x + b_ig + W_hg h + b_hg)
 * o  = sigmoid(W_io x + b_io + W_ho h + b_ho)
 * c' = f * c + i * g
 * h' = o * tanh(c')
 * ```
 *
 * With `projSize`, the last equation is `h' = W_hr (o * tanh(c'))`.
 *
 * Inputs, letters as in {@link RNNBase}: `input` `(L, N, inputSize)`, `(N, L, inputSize)` if `batchFirst`,
 * `(L, inputSize)` unbatched, or packed; `h0` `(D*numLayers, N, P)` and `c0` `(D*numLayers, N, H)`, both without N
 * unbatched, default zeros. Outputs: `output` `(L, N, D*P)`, the reverse direction in the second half; `hn`, `cn`,
 * shaped as `h0`, `c0`. Projections: https://arxiv.org/abs/1402.1128
 *
 * ```ts
 * const lstm = new LSTM(10, 20, { numLayers: 2 })
 * const [output, [hn, cn]] = lstm.forward(randn([5, 3, 10]), [randn([2, 3, 20]), randn([2, 3, 20])])
 * output.shape // [5, 3, 20]
 * ```
 * @see PyTorch: [torch.nn.LSTM](https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html)
 */
export class LSTM extends RNNBase<'LSTM'> {
  static override readonly name: string = 'LSTM'

  /**
   * @throws RangeError on a size or option out of range
   * @throws TypeError on an argument of a wrong type
   */
  constructor(inputSize: number, hiddenSize: number, options?: LSTMOptions | null) {
    super('LSTM', inputSize, hiddenSize, options)
  }

  /** See {@link ForwardOnDevice}. */
  static override forwardOnDevice(
    layer: LSTM,
    operations: DeviceOperations | null,
    input: unknown,
  ): DeviceResult | null {
    return RNNBase.forwardOnDevice(layer, operations, input)
  }

  /**
   * Makes an LSTM with a copy of the weights of a state dict. Sizes, layers, directions, bias and projection are read
   * off names and shapes. These do not tell batchFirst and dropout: give them.
   * @throws RangeError if under `prefix` there are no weights of an LSTM
   * @throws StateDictError if some are missing or do not fit
   */
  static fromStateDict(state: StateDict, options?: FromStateDictOptions | null): LSTM {
    const given = checkedOptions('LSTM.fromStateDict', options, fromStateDictDefaults, 'prefix')
    return layerFromState('LSTM', state, given, (...sizes) => new LSTM(...sizes))
  }
}
