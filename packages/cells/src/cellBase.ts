import type { RecurrentMode } from '@unroll/kernels'
import { kindOf, type LayerSpec } from '@unroll/kernels/spec'
import { engineOf, hostEngineOf, Module, type Parameter, residentOf } from '@unroll/nn'
import {
  drawParameters,
  type ModuleWeights,
  type RecurrentResults,
  ResidentWeights,
  registerParameters,
  runRecurrent,
  runRecurrentAsync,
} from '@unroll/nn/recurrent'
import type { Tensor } from '@unroll/tensor'
import { type CellFacts, cellCall } from './cellCall.ts'
import { type CellOptions, resolveOptions } from './cellOptions.ts'

/** Hidden state and cell state, each `(N, H)` or `(H)`. */
export type CellState = readonly [hn: Tensor, cn: Tensor]

/**
 * What the cells have in common: the weights of `G` gates, and an engine's call for one timestep of one layer.
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
  declare weight_ih: Parameter
  /** `(G*H, H)` */
  declare weight_hh: Parameter
  /** `(G*H)`, or null without biases */
  declare bias_ih: Parameter | null
  /** `(G*H)`, or null without biases */
  declare bias_hh: Parameter | null

  /**
   * @throws TypeError on an argument of a wrong type or an unknown option
   * @throws RangeError if a size is less than 1
   */
  constructor(mode: RecurrentMode, inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super()
    const { bias, dtype } = resolveOptions(cellName(mode), inputSize, hiddenSize, options)
    this.mode = mode
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.bias = bias
    registerParameters(this, specOf(this), dtype, noSuffix)
    if (!bias) {
      this.bias_ih = null
      this.bias_hh = null
    }
    this.resetParameters()
  }

  /** Draws all weights again: weight_ih, weight_hh, bias_ih, bias_hh. */
  resetParameters(): void {
    drawParameters(this, this.hiddenSize)
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? '' : ', bias=False'}`
  }

  /**
   * Computes one step, synchronously.
   * @param input `(N, I)` or `(I)`
   * @param states `[h]`, or `[h, c]` for an LSTM, each `(N, H)` or `(H)`; null starts from zeros
   * @returns `[h', c']`, each shaped as a state; `h'` twice if the mode has no `c`
   * @throws RuntimeError if the engine is a device's
   */
  protected step(input: Tensor, states: readonly Tensor[] | null): CellState {
    const name = cellName(this.mode)
    const engine = hostEngineOf(this, name)
    const call = cellCall(`${name}.forward`, factsOf(this), input, states)
    return statesOf(runRecurrent(`${name}.forward`, engine, weightsOf(this), call))
  }

  /** Like {@link RNNCellBase.step}, but works on every engine. */
  protected async stepAsync(input: Tensor, states: readonly Tensor[] | null): Promise<CellState> {
    const who = `${cellName(this.mode)}.forwardAsync`
    const engine = engineOf(this)
    const call = cellCall(who, factsOf(this), input, states)
    return statesOf(await runRecurrentAsync(who, engine, weightsOf(this), call))
  }
}

/** The end of the names of a cell's parameters: nothing. */
const noSuffix = ['']

function cellName(mode: RecurrentMode): string {
  return `${kindOf(mode)}Cell`
}

/** A cell has the weights of one direction of one layer. */
function specOf({ mode, inputSize, hiddenSize, bias }: RNNCellBase): LayerSpec {
  return { mode, inputSize, hiddenSize, bias, projSize: 0, numLayers: 1, bidirectional: false }
}

function factsOf({ inputSize, hiddenSize, weight_ih }: RNNCellBase): CellFacts {
  return { inputSize, hiddenSize, dtype: weight_ih.dtype }
}

function weightsOf(cell: RNNCellBase): ModuleWeights {
  const resident = residentOf(
    cell,
    'weights',
    () => new ResidentWeights(cellName(cell.mode), specOf(cell), noSuffix),
  )
  return resident.of(cell)
}

function statesOf({ hn, cn }: RecurrentResults): CellState {
  return [hn, cn ?? hn]
}
