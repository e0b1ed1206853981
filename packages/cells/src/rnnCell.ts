import { describeValue } from '@unroll/kernels'
import { modeOf } from '@unroll/kernels/spec'
import { checkedOptions, type StateDict, skipInit } from '@unroll/nn'
import type { Tensor } from '@unroll/tensor'
import { RNNCellBase } from './cellBase.ts'
import { type CellOptions, cellDefaults } from './cellOptions.ts'
import { hiddenOf } from './statesOf.ts'
import {
  type CellFromStateDictOptions,
  readCellWeights,
  type StoredOptions,
  storedDefaults,
} from './storedCell.ts'

export interface RNNCellOptions extends CellOptions {
  /** `act` in the equation. Default tanh. */
  readonly nonlinearity?: 'tanh' | 'relu'
}

/**
 * An Elman cell. `act` is the `nonlinearity`, tanh or relu:
 *
 * ```math
 * h' = act(W_ih x + b_ih + W_hh h + b_hh)
 * ```
 *
 * ```ts
 * const cell = new RNNCell(10, 20)
 * let hx = randn([3, 20])
 * for (const xt of randn([6, 3, 10])) hx = cell.forward(xt, hx)   // each step (3, 20)
 * ```
 * @see PyTorch: [torch.nn.RNNCell](https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html)
 */
export class RNNCell extends RNNCellBase {
  static override readonly name: string = 'RNNCell'

  readonly nonlinearity: 'tanh' | 'relu'

  /** @throws RangeError on an unknown nonlinearity or a size less than 1, TypeError on a wrong type */
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    const { nonlinearity, ...rest } = checkedOptions<Required<RNNCellOptions>>(
      'RNNCell',
      options,
      { ...cellDefaults, nonlinearity: 'tanh' },
      'bias',
    )
    checkNonlinearity(nonlinearity)
    super(modeOf('RNN', nonlinearity), inputSize, hiddenSize, rest)
    this.nonlinearity = nonlinearity
  }

  /**
   * Makes an RNNCell with a copy of the weights of a state dict. Sizes and bias are read off names and shapes. The
   * weights of one layer of an RNN work too: `layer` and `direction` choose it if there are more. Nothing is drawn.
   * Weights do not tell the nonlinearity: give it.
   * @throws RangeError if under `prefix` there are no weights of an RNNCell or RNN
   * @throws StateDictError if some are missing or do not fit
   * @throws TypeError if `state` is not a Map or plain object of tensors
   */
  static fromStateDict(
    state: StateDict,
    given: CellFromStateDictOptions & Pick<RNNCellOptions, 'nonlinearity'> = {},
  ): RNNCell {
    const { nonlinearity, ...all } = checkedOptions<
      StoredOptions & { readonly nonlinearity: 'tanh' | 'relu' }
    >('RNNCell.fromStateDict', given, { ...storedDefaults, nonlinearity: 'tanh' }, 'prefix')
    const { inputSize, hiddenSize, options, weights } = readCellWeights('RNN', state, all)
    const cell = skipInit(() => new RNNCell(inputSize, hiddenSize, { ...options, nonlinearity }))
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

  override async forwardAsync(input: Tensor, hx?: Tensor | null): Promise<Tensor> {
    const [hn] = await this.stepAsync(input, hiddenOf(hx))
    return hn
  }

  override extraRepr(): string {
    return super.extraRepr() + (this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`)
  }
}

function checkNonlinearity(nonlinearity: 'tanh' | 'relu'): void {
  if (nonlinearity === 'tanh' || nonlinearity === 'relu') return
  throw new RangeError(
    `RNNCell: expected the nonlinearity tanh or relu, got ${describeValue(nonlinearity satisfies never)}`,
  )
}
