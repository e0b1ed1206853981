import type { Texture } from '../gpujs/types.ts'
import type { RecurrentNode } from '../graph.ts'
import type { WalkStart } from '../schedule/backwardEmitter.ts'
import { GlEmitter } from './glEmitter.ts'
import type { GlRun } from './glRun.ts'
import { before, gates } from './gradientSources.ts'
import type { Grid } from './grid.ts'
import { affine4 } from './sources.ts'

/**
 * What the walk of a direction backward reads besides the states that were kept: the states before each timestep, and the
 * gates, which are computed again. The states are one launch for all timesteps, the gates two.
 */
export class GlPast extends GlEmitter {
  /** An LSTM's cell states before each timestep, `(T * N, H)`. */
  readonly cells: Texture | null
  /** The gates of all timesteps, `(T * N, H)`; null for an RNN, whose derivative needs only its states. */
  readonly gates: Texture | null
  readonly #start: WalkStart<Texture>
  readonly #all: Grid
  readonly #allHidden: Grid
  #hiddens: Texture | null = null

  constructor(node: RecurrentNode, run: GlRun, inputGrid: Grid, start: WalkStart<Texture>) {
    super(node, run, inputGrid)
    this.#start = start
    this.#all = this.gridOfAll(this.sizes.H)
    this.#allHidden = this.gridOfAll(this.sizes.P)
    this.cells = this.#cellsBefore()
    this.gates = this.#computeGates()
  }

  /** The hidden states before each timestep, `(T * N, P)`, computed when they are first asked for. */
  hiddens(): Texture {
    this.#hiddens ??= this.#hiddensBefore()
    return this.#hiddens
  }

  /** Frees all of it. */
  end(): void {
    this.release([this.#hiddens, this.cells, this.gates].filter((texture) => texture !== null))
  }

  #hiddensBefore(): Texture {
    const { direction, kept } = this.#start
    const { D, P } = this.sizes
    const { h, s } = kept.initial
    // The kernel reads h from texels of one number. Without a projection, an LSTM has h and c in one texel.
    const first = this.cells !== null && h === s ? this.run.uploadStates(direction.initial.h.data, P) : h
    return this.#before(
      { s: this.gridOfAll(D * P), out: this.#allHidden, from: direction.side * P, channel: null },
      [kept.h, first],
    )
  }

  #cellsBefore(): Texture | null {
    const { direction, kept } = this.#start
    const { c } = direction.initial
    if (c === null) return null
    const first = this.run.uploadStates(c.data, this.sizes.H)
    return this.#before({ s: this.#all, out: this.#all, from: 0, channel: 1 }, [kept.s, first])
  }

  #computeGates(): Texture | null {
    const { mode } = this.node.spec
    if (mode !== 'LSTM' && mode !== 'GRU') return null
    const { direction, kept } = this.#start
    const { input, hidden } = direction.weights
    const x = this.gridOfInput(direction.layer)
    const p = this.launch(affine4(x.columns, x, this.#all, null), this.#all, [kept.x, input, 0])
    const source = gates(mode, this.sizes.P, this.#allHidden, this.#all)
    const computed = this.launch(source, this.#all, [p, this.hiddens(), hidden])
    this.release([p])
    return computed
  }

  #before(where: Parameters<typeof before>[0], states: readonly [all: Texture, first: Texture]): Texture {
    const source = before(where, this.#start.direction.side === 1, this.masked)
    return this.launch(source, where.out, [...states, ...this.lengths])
  }
}
