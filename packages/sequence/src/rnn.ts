import type { DeviceOperations } from '@unroll/kernels'
import { modeOf } from '@unroll/kernels/spec'
import { checkedOptions, type StateDict } from '@unroll/nn'
import type { DeviceResult } from './deviceResult.ts'
import { type FromStateDictOptions, fromStateDictDefaults, layerFromState } from './layerState.ts'
import { type RNNOptions, resolveRNNOptions } from './options.ts'
import { RNNBase } from './rnnBase.ts'

/**
 * Elman RNN of one or more layers, PyTorch's `nn.RNN`:
 *
 * ```math
 * h' = act(W_ih x + b_ih + W_hh h + b_hh)
 * ```
 *
 * `act` is the `nonlinearity`, tanh or relu.
 *
 * Inputs, letters as in {@link RNNBase}: `input` `(L, N, inputSize)`, `(N, L, inputSize)` if `batchFirst`,
 * `(L, inputSize)` unbatched, or packed; `h0` `(D*numLayers, N, H)`, unbatched `(D*numLayers, H)`, default zeros.
 * Outputs: `output` `(L, N, D*H)`, the reverse direction in the second half; `hn`, shaped as `h0`.
 *
 * ```ts
 * const rnn = new RNN(10, 20, { numLayers: 2, nonlinearity: 'relu' })
 * const [output, hn] = rnn.forward(randn([5, 3, 10]))
 * output.shape // [5, 3, 20]
 * ```
 * @see PyTorch: [torch.nn.RNN](https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html)
 */
export class RNN extends RNNBase<'RNN_TANH' | 'RNN_RELU'> {
  static override readonly name: string = 'RNN'

  readonly nonlinearity: 'tanh' | 'relu'

  /**
   * @throws RangeError on a size or option out of range, a projSize, or an unknown nonlinearity
   * @throws TypeError on an argument of a wrong type
   */
  constructor(inputSize: number, hiddenSize: number, options?: RNNOptions | null) {
    const { nonlinearity, ...rest } = resolveRNNOptions(options)
    super(modeOf('RNN', nonlinearity), inputSize, hiddenSize, rest)
    this.nonlinearity = nonlinearity
  }

  /** See {@link ForwardOnDevice}. */
  static override forwardOnDevice(
    layer: RNN,
    operations: DeviceOperations | null,
    input: unknown,
  ): DeviceResult | null {
    return RNNBase.forwardOnDevice(layer, operations, input)
  }

  /**
   * Makes an RNN with a copy of the weights of a state dict. Sizes, layers, directions and bias are read off names and
   * shapes. These do not tell nonlinearity, batchFirst and dropout: give them.
   * @throws RangeError if under `prefix` there are no weights of an RNN
   * @throws StateDictError if some are missing or do not fit
   */
  static fromStateDict(
    state: StateDict,
    options?: (FromStateDictOptions & Pick<RNNOptions, 'nonlinearity'>) | null,
  ): RNN {
    const defaults = { ...fromStateDictDefaults, nonlinearity: 'tanh' as RNN['nonlinearity'] }
    const { nonlinearity, ...given } = checkedOptions('RNN.fromStateDict', options, defaults, 'prefix')
    return layerFromState(
      'RNN',
      state,
      given,
      (inputSize, hiddenSize, rest) => new RNN(inputSize, hiddenSize, { ...rest, nonlinearity }),
    )
  }
}
