import type { Tensor } from '@unroll/tensor'
import { RNNCellBase } from './cellBase.ts'
import type { CellOptions } from './cellOptions.ts'
import { type CellFromStateDictOptions, readCellWeights } from './cellState.ts'

/**
 * A gated recurrent unit cell:
 *
 * ```
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
 */
export class GRUCell extends RNNCellBase {
  /** @throws RangeError on a size less than 1, TypeError on a wrong type */
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super('GRU', inputSize, hiddenSize, options)
  }

  /**
   * A GRUCell with the weights of a state dict, copied; sizes and bias are read off names and shapes.
   * @throws RangeError if under `prefix` there are no weights of a GRUCell; StateDictError if some are missing or misfit
   */
  static fromStateDict(state: ReadonlyMap<string, Tensor>, given: CellFromStateDictOptions = {}): GRUCell {
    const { inputSize, hiddenSize, options, weights } = readCellWeights('GRUCell', state, given)
    const cell = new GRUCell(inputSize, hiddenSize, options)
    cell.loadStateDict(weights)
    return cell
  }

  /**
   * @param input `(N, I)`, or `(I)`
   * @param hx `h`: `(N, H)`, or `(H)`; zeros if left out
   * @returns `h'`: `(N, H)`, or `(H)`
   * @throws RangeError on a number of dimensions, RuntimeError on a size, a dtype, or a device's engine
   */
  override forward(input: Tensor, hx?: Tensor | null): Tensor {
    const [hn] = this.step(input, hx ? [hx] : null)
    return hn
  }

  /** As {@link GRUCell.forward}, on every engine. */
  override async forwardAsync(input: Tensor, hx?: Tensor | null): Promise<Tensor> {
    const [hn] = await this.stepAsync(input, hx ? [hx] : null)
    return hn
  }
}
