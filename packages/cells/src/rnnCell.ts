import type { RecurrentMode } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { RNNCellBase } from './cellBase.ts'
import type { CellOptions } from './cellOptions.ts'
import { type CellFromStateDictOptions, readCellWeights } from './cellState.ts'

export interface RNNCellOptions extends CellOptions {
  /** `act` in the equation. Default tanh. */
  readonly nonlinearity?: 'tanh' | 'relu'
}

/**
 * An Elman cell: `h' = act(W_ih x + b_ih + W_hh h + b_hh)`
 *
 * ```ts
 * const cell = new RNNCell(10, 20)
 * let hx = randn([3, 20])
 * for (const xt of randn([6, 3, 10])) hx = cell.forward(xt, hx)   // each step (3, 20)
 * ```
 */
export class RNNCell extends RNNCellBase {
  readonly nonlinearity: 'tanh' | 'relu'

  /** @throws RangeError on another nonlinearity or a size less than 1, TypeError on a wrong type */
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    const { nonlinearity = 'tanh', ...rest } = options
    super(modeOf(nonlinearity), inputSize, hiddenSize, rest)
    this.nonlinearity = nonlinearity
  }

  /**
   * A RNNCell with the weights of a state dict, copied; sizes and bias are read off names and shapes.
   * What these cannot tell must be given: nonlinearity.
   * @throws RangeError if under `prefix` there are no weights of a RNNCell; StateDictError if some are missing or misfit
   */
  static fromStateDict(
    state: ReadonlyMap<string, Tensor>,
    given: CellFromStateDictOptions & Pick<RNNCellOptions, 'nonlinearity'> = {},
  ): RNNCell {
    const { nonlinearity, ...rest } = given
    const { inputSize, hiddenSize, options, weights } = readCellWeights('RNNCell', state, rest)
    const cell = new RNNCell(
      inputSize,
      hiddenSize,
      nonlinearity === undefined ? options : { ...options, nonlinearity },
    )
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

  override async forwardAsync(input: Tensor, hx?: Tensor | null): Promise<Tensor> {
    const [hn] = await this.stepAsync(input, hx ? [hx] : null)
    return hn
  }

  override extraRepr(): string {
    return super.extraRepr() + (this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`)
  }
}

function modeOf(nonlinearity: 'tanh' | 'relu'): RecurrentMode {
  switch (nonlinearity) {
    case 'tanh':
      return 'RNN_TANH'
    case 'relu':
      return 'RNN_RELU'
    default:
      throw new RangeError(
        `RNNCell: expected the nonlinearity tanh or relu, got ${String(nonlinearity satisfies never)}`,
      )
  }
}
