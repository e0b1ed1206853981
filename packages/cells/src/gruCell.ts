import { checkedOptions, type StateDict, skipInit } from '@unroll/nn'
import type { Tensor } from '@unroll/tensor'
import { RNNCellBase } from './cellBase.ts'
import type { CellOptions } from './cellOptions.ts'
import { hiddenOf } from './statesOf.ts'
import { type CellFromStateDictOptions, readCellWeights, storedDefaults } from './storedCell.ts'

/**
 * A gated recurrent unit cell:
 *
 * ```math
 * r  = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
 * z  = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
 * n  = tanh(W_in x + b_in + r * (W_hn h + b_hn))
 * h' = (h - n) * z + n
 * ```
 *
 * The rows of the weights hold the gates in the order r, z, n.
 *
 * ```ts
 * const cell = new GRUCell(10, 20)
 * let hx = randn([3, 20])
 * for (const xt of randn([6, 3, 10])) hx = cell.forward(xt, hx)   // each step (3, 20)
 * ```
 * @see PyTorch: [torch.nn.GRUCell](https://docs.pytorch.org/docs/stable/generated/torch.nn.GRUCell.html)
 */
export class GRUCell extends RNNCellBase {
  static override readonly name: string = 'GRUCell'

  /** @throws RangeError on a size less than 1, TypeError on a wrong type */
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super('GRU', inputSize, hiddenSize, options)
  }

  /**
   * Makes a GRUCell with a copy of the weights of a state dict. Sizes and bias are read off names and shapes. The
   * weights of one layer of a GRU work too: `layer` and `direction` choose it if there are more. Nothing is drawn.
   * @throws RangeError if under `prefix` there are no weights of a GRUCell or GRU
   * @throws StateDictError if some are missing or do not fit
   * @throws TypeError if `state` is not a Map or plain object of tensors
   */
  static fromStateDict(state: StateDict, given: CellFromStateDictOptions = {}): GRUCell {
    const all = checkedOptions('GRUCell.fromStateDict', given, storedDefaults, 'prefix')
    const { inputSize, hiddenSize, options, weights } = readCellWeights('GRU', state, all)
    const cell = skipInit(() => new GRUCell(inputSize, hiddenSize, options))
    cell.loadStateDict(weights)
    return cell
  }

  /**
   * @param input `(N, I)`, or `(I)`
   * @param hx `h`: `(N, H)`, or `(H)`; zeros if left out
   * @returns `h'`: `(N, H)`, or `(H)`
   * @throws RangeError on a wrong number of dimensions, RuntimeError on a wrong size or dtype, or a device's engine
   */
  override forward(input: Tensor, hx?: Tensor | null): Tensor {
    const [hn] = this.step(input, hiddenOf(hx))
    return hn
  }

  /** Like {@link GRUCell.forward}, but works on every engine. */
  override async forwardAsync(input: Tensor, hx?: Tensor | null): Promise<Tensor> {
    const [hn] = await this.stepAsync(input, hiddenOf(hx))
    return hn
  }
}
