import { checkedOptions, type StateDict, skipInit } from '@unroll/nn'
import type { Tensor } from '@unroll/tensor'
import { type CellState, RNNCellBase } from './cellBase.ts'
import type { CellOptions } from './cellOptions.ts'
import { pairOf } from './statesOf.ts'
import { type CellFromStateDictOptions, readCellWeights, storedDefaults } from './storedCell.ts'

/**
 * A long short-term memory cell:
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
 * The rows of the weights hold the gates in the order i, f, g, o.
 *
 * ```ts
 * const cell = new LSTMCell(10, 20)
 * let [hx, cx] = [randn([3, 20]), randn([3, 20])]
 * for (const xt of randn([2, 3, 10])) [hx, cx] = cell.forward(xt, [hx, cx])   // each step (3, 20)
 * ```
 * @see PyTorch: [torch.nn.LSTMCell](https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html)
 */
export class LSTMCell extends RNNCellBase {
  static override readonly name: string = 'LSTMCell'

  /** @throws RangeError on a size less than 1, TypeError on a wrong type */
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super('LSTM', inputSize, hiddenSize, options)
  }

  /**
   * Makes an LSTMCell with a copy of the weights of a state dict. Sizes and bias are read off names and shapes. The
   * weights of one layer of an LSTM work too: `layer` and `direction` choose it if there are more. Nothing is drawn.
   * @throws RangeError if under `prefix` there are no weights of an LSTMCell or LSTM
   * @throws StateDictError if some are missing or do not fit
   * @throws TypeError if `state` is not a Map or plain object of tensors
   */
  static fromStateDict(state: StateDict, given: CellFromStateDictOptions = {}): LSTMCell {
    const all = checkedOptions('LSTMCell.fromStateDict', given, storedDefaults, 'prefix')
    const { inputSize, hiddenSize, options, weights } = readCellWeights('LSTM', state, all)
    const cell = skipInit(() => new LSTMCell(inputSize, hiddenSize, options))
    cell.loadStateDict(weights)
    return cell
  }

  /**
   * @param input `(N, I)`, or `(I)`
   * @param hx `[h, c]`, each `(N, H)`, or `(H)`; zeros if left out
   * @returns `[h', c']`, each `(N, H)`, or `(H)`
   * @throws RangeError on a wrong number of dimensions, RuntimeError on a wrong size or dtype, or a device's engine
   */
  override forward(input: Tensor, hx?: CellState | null): CellState {
    return this.step(input, pairOf('LSTMCell.forward', hx))
  }

  /** Like {@link LSTMCell.forward}, but works on every engine. */
  override async forwardAsync(input: Tensor, hx?: CellState | null): Promise<CellState> {
    return this.stepAsync(input, pairOf('LSTMCell.forwardAsync', hx))
  }
}
