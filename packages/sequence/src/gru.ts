import type { DeviceOperations } from '@unroll/kernels'
import { checkedOptions, type StateDict } from '@unroll/nn'
import type { DeviceResult } from './deviceResult.ts'
import { type FromStateDictOptions, fromStateDictDefaults, layerFromState } from './layerState.ts'
import type { GRUOptions } from './options.ts'
import { RNNBase } from './rnnBase.ts'

/**
 * Gated recurrent unit of one or more layers, PyTorch's `nn.GRU`; gates are stacked in the order r, z, n:
 *
 * ```math
 * r  = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
 * z  = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
 * n  = tanh(W_in x + b_in + r * (W_hn h + b_hn))
 * h' = (1 - z) * n + z * h
 * ```
 *
 * Inputs, letters as in {@link RNNBase}: `input` `(L, N, inputSize)`, `(N, L, inputSize)` if `batchFirst`,
 * `(L, inputSize)` unbatched, or packed; `h0` `(D*numLayers, N, H)`, unbatched `(D*numLayers, H)`, default zeros.
 * Outputs: `output` `(L, N, D*H)`, the reverse direction in the second half; `hn`, shaped as `h0`.
 *
 * ```ts
 * const gru = new GRU(10, 20, { numLayers: 2 })
 * const [output, hn] = gru.forward(randn([5, 3, 10]), randn([2, 3, 20]))
 * hn.shape // [2, 3, 20]
 * ```
 * @see PyTorch: [torch.nn.GRU](https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html)
 */
export class GRU extends RNNBase<'GRU'> {
  static override readonly name: string = 'GRU'

  /**
   * @throws RangeError on a size or option out of range, or a projSize
   * @throws TypeError on an argument of a wrong type
   */
  constructor(inputSize: number, hiddenSize: number, options?: GRUOptions | null) {
    super('GRU', inputSize, hiddenSize, options)
  }

  /** See {@link ForwardOnDevice}. */
  static override forwardOnDevice(
    layer: GRU,
    operations: DeviceOperations | null,
    input: unknown,
  ): DeviceResult | null {
    return RNNBase.forwardOnDevice(layer, operations, input)
  }

  /**
   * Makes a GRU with a copy of the weights of a state dict. Sizes, layers, directions and bias are read off names and
   * shapes. These do not tell batchFirst and dropout: give them.
   * @throws RangeError if under `prefix` there are no weights of a GRU
   * @throws StateDictError if some are missing or do not fit
   */
  static fromStateDict(state: StateDict, options?: FromStateDictOptions | null): GRU {
    const given = checkedOptions('GRU.fromStateDict', options, fromStateDictDefaults, 'prefix')
    return layerFromState('GRU', state, given, (...sizes) => new GRU(...sizes))
  }
}
