import type { Texture } from '../gpujs/types.ts'
import type { RecurrentNode } from '../graph.ts'
import type { Walk, WalkStart } from '../schedule/backwardEmitter.ts'
import { required } from '../schedule/required.ts'
import { projectBack } from '../sourceParts.ts'
import { GlEmitter } from './glEmitter.ts'
import { GlHistory } from './glHistory.ts'
import { GlPast } from './glPast.ts'
import type { GlRun } from './glRun.ts'
import {
  cellBefore,
  gruGradient,
  hiddenBefore,
  lastHidden,
  lstmGradient,
  rnnGradient,
  zeros4,
} from './gradientSources.ts'
import { corner, type Grid } from './grid.ts'

/**
 * Launches the walk of one direction backward. A timestep is two launches, for `d` and `dh`, one more with a projection,
 * and one more for `dc` of an LSTM.
 */
export class GlWalk extends GlEmitter implements Walk<Texture> {
  readonly #start: WalkStart<Texture>
  readonly #all: Grid
  readonly #allHidden: Grid
  readonly #past: GlPast

  constructor(node: RecurrentNode, run: GlRun, inputGrid: Grid, start: WalkStart<Texture>) {
    super(node, run, inputGrid)
    this.#start = start
    this.#all = this.gridOfAll(this.sizes.H)
    this.#allHidden = this.gridOfAll(this.sizes.P)
    this.#past = new GlPast(node, run, inputGrid, start)
  }

  gates(): GlHistory {
    const texture = this.#past.gates ? this.launch(zeros4, this.#all, []) : this.run.blank(this.#all)
    return new GlHistory(this.run.context, texture, this.#all)
  }

  hiddens(): GlHistory {
    return new GlHistory(this.run.context, this.run.blank(this.#allHidden), this.#allHidden)
  }

  lastHidden(t: number): Texture {
    const { P } = this.sizes
    return this.launch(lastHidden, this.stateGrid(P), [
      this.run.uploadStates(this.#start.final.h.data, P),
      ...this.#outputAt(t),
    ])
  }

  lastCell(): Texture | null {
    const { c } = this.#start.final
    return c && this.run.uploadStates(c.data, this.sizes.H)
  }

  projectBack(dh: Texture): Texture {
    const { projection } = this.#start.direction.weights
    if (projection === null) return dh
    return this.launch(projectBack(this.sizes.P), this.stateGrid(this.sizes.H), [dh, projection])
  }

  gradient(t: number, dm: Texture, dc: Texture | null): Texture {
    const { masked } = this
    const { mode } = this.node.spec
    const { kept } = this.#start
    const grid = this.stateGrid(this.sizes.H)
    switch (mode) {
      case 'LSTM':
        return this.launch(lstmGradient(masked), grid, [
          ...this.#cellArguments(dm, dc),
          ...[required(this.#past.cells, 'cell states'), ...this.#at(t)],
        ])
      case 'GRU': {
        const g = required(this.#past.gates, 'gates')
        return this.launch(gruGradient(masked), grid, [g, this.#past.hiddens(), dm, ...this.#at(t)])
      }
      case 'RNN_TANH':
      case 'RNN_RELU': {
        const { x, y } = this.#corner(t)
        const args = [kept.h, dm, y, x, ...this.mask(t)]
        return this.launch(rnnGradient(mode, masked), grid, args)
      }
      default:
        return mode satisfies never
    }
  }

  cellBefore(t: number, _d: Texture, dm: Texture, dc: Texture | null): Texture | null {
    if (dc === null) return null
    return this.launch(cellBefore(this.masked), this.stateGrid(this.sizes.H), [
      ...this.#cellArguments(dm, dc),
      ...this.#at(t),
    ])
  }

  hiddenBefore(t: number, d: Texture, dh: Texture, earlier: number | null): Texture {
    const { H, P } = this.sizes
    const { mode } = this.node.spec
    const isGru = mode === 'GRU'
    const { x, y } = corner(this.#all, t)
    return this.launch(hiddenBefore(mode, H, this.masked, earlier !== null), this.stateGrid(P), [
      ...[d, this.#start.direction.weights.hidden],
      ...(this.masked || isGru ? [dh] : []),
      ...(isGru ? [required(this.#past.gates, 'gates'), y, x] : []),
      ...this.mask(t),
      ...(earlier === null ? [] : this.#outputAt(earlier)),
    ])
  }

  hiddensBefore(): Texture {
    return this.#past.hiddens()
  }

  end(): void {
    this.#past.end()
  }

  /** The first arguments of both gradients of an LSTM's timestep. */
  #cellArguments(dm: Texture, dc: Texture | null): Texture[] {
    return [
      required(this.#past.gates, 'gates'),
      this.#start.kept.s,
      dm,
      required(dc, 'a gradient of a cell state'),
    ]
  }

  /** Where a timestep begins in matrices of `H` columns, and its mask. */
  #at(t: number): (Texture | number)[] {
    const { x, y } = corner(this.#all, t)
    return [y, x, ...this.mask(t)]
  }

  /** Where a timestep of this direction begins in the hidden states of both, and in their gradients. */
  #corner(t: number): { readonly x: number; readonly y: number } {
    const { D, P } = this.sizes
    const { x, y } = corner(this.gridOfAll(D * P), t)
    return { x: x + this.#start.direction.side * P, y }
  }

  #outputAt(t: number): [Texture, number, number] {
    const { x, y } = this.#corner(t)
    return [this.#start.y, y, x]
  }
}
