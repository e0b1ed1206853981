import {
  type Engine,
  gateCount,
  type PackedWeights,
  type RecurrentInput,
  type RecurrentMode,
  type RecurrentOutput,
} from '@unroll/kernels'
import { Module, Parameter, ResidentWeights, uniform_ } from '@unroll/nn'
import { empty, RuntimeError, type Tensor, tensor } from '@unroll/tensor'
import { cellCall } from './cellCall.ts'
import { type CellOptions, resolveOptions } from './cellOptions.ts'

/** Hidden state and cell state, each `(N, H)` or `(H)`. */
export type CellState = readonly [hn: Tensor, cn: Tensor]

/**
 * What the cells have in common: the weights of `G` gates, and one call of an engine: one timestep of one layer.
 * Shapes: `N` batch, `I` input size, `H` hidden size.
 */
export abstract class RNNCellBase extends Module {
  readonly inputSize: number
  readonly hiddenSize: number
  readonly bias: boolean
  /** `(G*H, I)`; all four are drawn from U(-k, k), `k = 1 / sqrt(H)` */
  weight_ih: Parameter
  /** `(G*H, H)` */
  weight_hh: Parameter
  /** `(G*H)`, or null without biases */
  bias_ih: Parameter | null
  /** `(G*H)`, or null without biases */
  bias_hh: Parameter | null
  readonly #name: string
  readonly #resident: ResidentWeights

  /**
   * @throws TypeError on an argument of a wrong type or an option there is not
   * @throws RangeError if a size is less than 1
   */
  constructor(mode: RecurrentMode, inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super()
    this.#name = mode === 'LSTM' || mode === 'GRU' ? `${mode}Cell` : 'RNNCell'
    const { bias, dtype } = resolveOptions(this.#name, inputSize, hiddenSize, options)
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.bias = bias
    const rows = gateCount(mode) * hiddenSize
    const parameter = (shape: readonly number[]): Parameter => new Parameter(empty(shape, { dtype }))
    this.weight_ih = parameter([rows, inputSize])
    this.weight_hh = parameter([rows, hiddenSize])
    this.bias_ih = bias ? parameter([rows]) : null
    this.bias_hh = bias ? parameter([rows]) : null
    this.#resident = new ResidentWeights({
      mode,
      inputSize,
      hiddenSize,
      projSize: 0,
      numLayers: 1,
      bidirectional: false,
    })
    this.resetParameters()
  }

  /** Draws all weights anew: weight_ih, weight_hh, bias_ih, bias_hh. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize)
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound)
  }

  /** Gives back the memory engines hold for the weights; the next call packs them again. */
  override dispose(): void {
    this.#resident.dispose()
    super.dispose()
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? '' : ', bias=False'}`
  }

  /**
   * One step, at once.
   * @param input `(N, I)` or `(I)`
   * @param states `[h]`, or `[h, c]` of an LSTM, each `(N, H)` or `(H)`; null starts from zeros
   * @returns `[h', c']` of the shape of a state; where the mode keeps no `c`, `h'` twice
   * @throws RuntimeError if the engine is a device's
   */
  protected step(input: Tensor, states: readonly Tensor[] | null): CellState {
    const { engine } = this
    if (engine.kind === 'device') {
      throw new RuntimeError(
        `${this.#name}.forward: the engine ${engine.name} has to be awaited; call forwardAsync instead`,
      )
    }
    const call = this.#call('forward', input, states)
    return this.#states(input, engine.recurrent(this.#packed(engine), call))
  }

  /** As {@link RNNCellBase.step}, on every engine. */
  protected async stepAsync(input: Tensor, states: readonly Tensor[] | null): Promise<CellState> {
    const { engine } = this
    const call = this.#call('forwardAsync', input, states)
    return this.#states(input, await engine.recurrent(this.#packed(engine), call))
  }

  #call(method: string, input: Tensor, states: readonly Tensor[] | null): RecurrentInput {
    const { inputSize, hiddenSize, weight_ih } = this
    const facts = { inputSize, hiddenSize, dtype: weight_ih.dtype }
    return cellCall(`${this.#name}.${method}`, facts, input, states)
  }

  #packed(engine: Engine): PackedWeights {
    const { weight_ih: weightIh, weight_hh: weightHh, bias_ih: biasIh, bias_hh: biasHh } = this
    return this.#resident.get(engine, [{ weightIh, weightHh, biasIh, biasHh, weightHr: null }])
  }

  #states(input: Tensor, { hn, cn }: RecurrentOutput): CellState {
    const shape = [...input.shape.slice(0, -1), this.hiddenSize]
    const h = tensor(hn, { shape })
    return [h, cn ? tensor(cn, { shape }) : h]
  }
}
