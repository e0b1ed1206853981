import type { Engine, PackedWeights, RecurrentInput, RecurrentMode, RecurrentOutput } from '@unroll/kernels'
import { gateCount } from '@unroll/kernels/spec'
import { engineOf, Module, Parameter, ResidentWeights, residentOf, uniform_ } from '@unroll/nn'
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
  static override readonly name: string = 'RNNCellBase'

  /** Which recurrence it computes. */
  readonly mode: RecurrentMode
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

  /**
   * @throws TypeError on an argument of a wrong type or an option there is not
   * @throws RangeError if a size is less than 1
   */
  constructor(mode: RecurrentMode, inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super()
    const { bias, dtype } = resolveOptions(cellName(mode), inputSize, hiddenSize, options)
    this.mode = mode
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.bias = bias
    const rows = gateCount(mode) * hiddenSize
    const parameter = (shape: readonly number[]): Parameter => new Parameter(empty(shape, { dtype }))
    this.weight_ih = parameter([rows, inputSize])
    this.weight_hh = parameter([rows, hiddenSize])
    this.bias_ih = bias ? parameter([rows]) : null
    this.bias_hh = bias ? parameter([rows]) : null
    this.resetParameters()
  }

  /** Draws all weights anew: weight_ih, weight_hh, bias_ih, bias_hh. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize)
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound)
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
    const engine = engineOf(this)
    if (engine.kind === 'device') {
      throw new RuntimeError(
        `${cellName(this.mode)}.forward: the engine ${engine.name} has to be awaited; call forwardAsync instead`,
      )
    }
    const call = callOf(this, 'forward', input, states)
    return statesOf(this, input, engine.recurrent(packedBy(this, engine), call))
  }

  /** As {@link RNNCellBase.step}, on every engine. */
  protected async stepAsync(input: Tensor, states: readonly Tensor[] | null): Promise<CellState> {
    const engine = engineOf(this)
    const call = callOf(this, 'forwardAsync', input, states)
    return statesOf(this, input, await engine.recurrent(packedBy(this, engine), call))
  }
}

function cellName(mode: RecurrentMode): string {
  return mode === 'LSTM' || mode === 'GRU' ? `${mode}Cell` : 'RNNCell'
}

function callOf(
  { mode, inputSize, hiddenSize, weight_ih }: RNNCellBase,
  method: string,
  input: Tensor,
  states: readonly Tensor[] | null,
): RecurrentInput {
  const facts = { inputSize, hiddenSize, dtype: weight_ih.dtype }
  return cellCall(`${cellName(mode)}.${method}`, facts, input, states)
}

function packedBy(cell: RNNCellBase, engine: Engine): PackedWeights {
  const { mode, inputSize, hiddenSize } = cell
  const { weight_ih: weightIh, weight_hh: weightHh, bias_ih: biasIh, bias_hh: biasHh } = cell
  const spec = { mode, inputSize, hiddenSize, projSize: 0, numLayers: 1, bidirectional: false }
  const resident = residentOf(cell, 'weights', () => new ResidentWeights(spec))
  return resident.get(engine, [{ weightIh, weightHh, biasIh, biasHh, weightHr: null }])
}

function statesOf({ hiddenSize }: RNNCellBase, input: Tensor, { hn, cn }: RecurrentOutput): CellState {
  const shape = [...input.shape.slice(0, -1), hiddenSize]
  const h = tensor(hn, { shape })
  return [h, cn ? tensor(cn, { shape }) : h]
}
