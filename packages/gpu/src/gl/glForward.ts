import { layerInputSize } from '@unroll/kernels/spec'
import type { Texture } from '../gpujs/types.ts'
import type { RecurrentNode } from '../graph.ts'
import type { Direction } from '../schedule/direction.ts'
import type { ForwardEmitter, State, Timestep } from '../schedule/forwardEmitter.ts'
import { required } from '../schedule/required.ts'
import { GlEmitter } from './glEmitter.ts'
import { GlHistory } from './glHistory.ts'
import type { Argument } from './glLauncher.ts'
import { type GlRun, twoRows } from './glRun.ts'
import { corner, type Grid } from './grid.ts'
import type { SequenceGrids } from './sequenceGrids.ts'
import { affine, affine4, gruStep, lstmStep, project, rnnStep, upload2, zeros2 } from './sources.ts'

/**
 * Launches a sequence on WebGL. A timestep is one launch, or two with a projection, and its result is copied into a
 * texture of all timesteps. An LSTM's states hold h and c of a unit in one texel; a projected h has a texture of its own.
 */
export class GlForward extends GlEmitter implements ForwardEmitter<Texture> {
  readonly chunk: number
  readonly #grids: SequenceGrids

  constructor(node: RecurrentNode, run: GlRun, inputGrid: Grid, grids: SequenceGrids) {
    super(node, run, inputGrid)
    this.#grids = grids
    this.chunk = grids.shares.rows / node.N
  }

  initial({ initial: { h, c }, weights }: Direction<Texture>): State<Texture> {
    const { run } = this
    const { H, P } = this.sizes
    if (c === null) {
      const state = run.uploadStates(h.data, P)
      return { h: state, s: state }
    }
    const input = (data: Float32Array): Argument => run.launcher.input(twoRows(data, H), H)
    const isProjected = weights.projection !== null
    const cell = input(c.data)
    // With a projection, the first h before it is never read.
    const first = isProjected ? cell : input(h.data)
    const hidden = isProjected ? run.uploadStates(h.data, P) : null
    const s = this.launch(upload2, this.stateGrid(H), [first, cell])
    return { h: hidden ?? s, s }
  }

  hiddens(): (side: number) => GlHistory {
    const { hidden: grid } = this.#grids
    const { P: width } = this.sizes
    const texture = this.run.blank(grid)
    return (side) => new GlHistory(this.run.context, texture, grid, { column: side * width, width })
  }

  cells(): GlHistory | null {
    const { cells: grid } = this.#grids
    if (grid === null) return null
    return new GlHistory(this.run.context, this.launch(zeros2, grid, []), grid)
  }

  projectInputs({ layer, weights }: Direction<Texture>, x: Texture, first: number): Texture {
    const { T, N, order } = this.node
    const { shares } = this.#grids
    const product = this.sizes.G > 1 ? affine4 : affine
    const source = product(
      layerInputSize(this.sizes, layer),
      this.gridOfInput(layer),
      shares,
      layer === 0 && order === 'batch' ? { T, N } : null,
    )
    return this.launch(source, shares, [x, weights.input, first * N])
  }

  step({ weights }: Direction<Texture>, { t, p, at }: Timestep<Texture>, { h, s }: State<Texture>): Texture {
    const isProjected = weights.projection !== null
    const { x, y } = corner(this.#grids.shares, at)
    return this.launch(this.#stepSource(isProjected), this.stateGrid(this.sizes.H), [
      ...[p, s, weights.hidden, y, x],
      ...(isProjected ? [h] : []),
      ...this.mask(t),
    ])
  }

  project(projection: Texture, { h, s }: State<Texture>, t: number): Texture {
    const { H, P } = this.sizes
    return this.launch(project(H, this.masked), this.stateGrid(P), [...[s, h, projection], ...this.mask(t)])
  }

  /** Both directions were gathered in one texture. */
  beside([hiddens]: readonly Texture[]): Texture {
    return required(hiddens, 'hidden states')
  }

  #stepSource(isProjected: boolean): string {
    const { masked } = this
    const { mode } = this.node.spec
    const { P } = this.sizes
    switch (mode) {
      case 'LSTM':
        return lstmStep(P, isProjected, masked)
      case 'GRU':
        return gruStep(P, masked)
      case 'RNN_TANH':
      case 'RNN_RELU':
        return rnnStep(mode, P, masked)
      default:
        return mode satisfies never
    }
  }
}
