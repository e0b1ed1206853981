import { layerInputSize, type Sizes, sizesOf } from '@unroll/kernels/spec'
import type { Texture } from '../gpujs/types.ts'
import type { HostNode, RecurrentNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import type { Emitter } from '../schedule/emitter.ts'
import { multiply } from '../sourceParts.ts'
import type { Argument } from './glLauncher.ts'
import type { GlRun } from './glRun.ts'
import type { Grid } from './grid.ts'

/** What the emitters of a sequence share on WebGL. Each launch runs its kernel at once. */
export abstract class GlEmitter implements Emitter<Texture> {
  protected readonly node: RecurrentNode
  protected readonly run: GlRun
  protected readonly sizes: Sizes
  /** The layout of the sequence's input. */
  protected readonly inputGrid: Grid
  /** Whether sequences end at different timesteps. */
  protected readonly masked: boolean
  /** The last argument of kernels over all timesteps, where sequences end at different ones. */
  protected readonly lengths: readonly Texture[]

  constructor(node: RecurrentNode, run: GlRun, inputGrid: Grid) {
    this.node = node
    this.run = run
    this.sizes = sizesOf(node.spec)
    this.inputGrid = inputGrid
    this.masked = node.lengths !== null
    this.lengths = node.lengths === null ? [] : [run.lengths(node.lengths)]
  }

  resident(matrix: ResidentMatrix): Texture {
    return this.run.weight(matrix).texture
  }

  dropout(x: Texture, factors: HostNode): Texture {
    const { grid, texture } = this.run.upload(factors, this.node.N)
    return this.launch(multiply, grid, [x, texture])
  }

  release(textures: readonly Texture[]): void {
    for (const texture of textures) this.run.launcher.release(texture)
  }

  protected launch(source: string, grid: Grid, args: readonly Argument[]): Texture {
    return this.run.launcher.launch(source, grid, args)
  }

  /** The last arguments of a kernel of one timestep, where sequences end at different ones. */
  protected mask(t: number): readonly (Texture | number)[] {
    return this.masked ? [...this.lengths, t] : []
  }

  /** The grid of values of each sequence, `(N, columns)`, at one timestep; see {@link GlRun.uploadStates}. */
  protected stateGrid(columns: number): Grid {
    return this.run.grid(this.node.N, columns)
  }

  /** The grid of a matrix `(T * N, columns)`. */
  protected gridOfAll(columns: number): Grid {
    return this.run.grid(this.node.T * this.node.N, columns, this.node.N)
  }

  /** The grid of what a layer reads. */
  protected gridOfInput(layer: number): Grid {
    return layer === 0 ? this.inputGrid : this.gridOfAll(layerInputSize(this.sizes, layer))
  }
}
