import type { Texture } from '../gpujs/types.ts'
import {
  type BackwardNode,
  type HostNode,
  type MatrixNode,
  type RecurrentNode,
  sequencesWithGradients,
  sequencesWithOutput,
} from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import type { GlContext } from './glContext.ts'
import type { GlLauncher } from './glLauncher.ts'
import { type Gradients, gradientsOf } from './gradients.ts'
import { type Grid, gridOf } from './grid.ts'
import { type Recurrent, recurrentOf, type SequenceGrids, sequenceGrids } from './recurrent.ts'
import { affine, lookUp, normalize, rowStatistics, upload, zeros } from './sources.ts'

/** A matrix on the device. */
export interface GlMatrix {
  readonly texture: Texture
  readonly grid: Grid
}

/** One run of a graph: each node is computed when it is first asked for. */
export class GlRun {
  readonly context: GlContext
  readonly launcher: GlLauncher
  /** Weights that were sent; the backend keeps them. */
  readonly weight: (matrix: ResidentMatrix) => GlMatrix
  readonly #wanted: ReadonlySet<object>
  readonly #kept: ReadonlySet<object>
  readonly #known = new Map<MatrixNode, GlMatrix>()
  readonly #sequences = new Map<RecurrentNode, Recurrent>()
  readonly #backward = new Map<BackwardNode, Gradients>()

  constructor(
    context: GlContext,
    launcher: GlLauncher,
    weight: (matrix: ResidentMatrix) => GlMatrix,
    roots: readonly MatrixNode[],
  ) {
    this.context = context
    this.launcher = launcher
    this.weight = weight
    this.#wanted = sequencesWithOutput(roots)
    this.#kept = sequencesWithGradients(roots)
  }

  matrix(node: MatrixNode): GlMatrix {
    const found = this.#known.get(node) ?? this.#compute(node)
    this.#known.set(node, found)
    return found
  }

  /** The grid of a plain matrix. */
  grid(rows: number, columns: number, block?: number): Grid {
    return gridOf(rows, columns, this.context.maxTextureSize, block)
  }

  /** How the result of a node lies, whether it is computed yet or not. */
  gridOf(node: MatrixNode): Grid {
    if (node.kind === 'softmax') return this.gridOf(node.input)
    const isOfInput = node.kind === 'gradient' && node.which === 'input'
    const block = node.kind === 'output' ? node.of.N : isOfInput ? node.of.of.N : undefined
    return this.grid(node.rows, node.columns, block)
  }

  sequenceGrids(node: RecurrentNode): SequenceGrids {
    return sequenceGrids(node, this, this.#kept.has(node))
  }

  upload({ data, rows, columns }: Pick<HostNode, 'data' | 'rows' | 'columns'>, block?: number): GlMatrix {
    const grid = this.grid(rows, columns, block)
    return { grid, texture: this.launcher.launch(upload(grid), grid, [this.launcher.input(data, columns)]) }
  }

  blank(grid: Pick<Grid, 'width' | 'height'>): Texture {
    return this.launcher.launch(zeros, grid, [])
  }

  #compute(node: MatrixNode): GlMatrix {
    const { launcher } = this
    switch (node.kind) {
      case 'host':
        return this.upload(node)
      case 'embedding':
      case 'select': {
        const table = node.kind === 'select' ? this.matrix(node.input) : this.weight(node.table)
        const indices = this.matrix(node.indices)
        const grid = this.gridOf(node)
        const source = lookUp(table.grid, indices.grid, grid)
        return { grid, texture: launcher.launch(source, grid, [table.texture, indices.texture]) }
      }
      case 'affine': {
        const [input, weights] = [this.matrix(node.input), this.weight(node.weights)]
        const grid = this.gridOf(node)
        const source = affine(node.input.columns, input.grid, grid, null)
        return { grid, texture: launcher.launch(source, grid, [input.texture, weights.texture, 0]) }
      }
      case 'softmax': {
        const { texture, grid } = this.matrix(node.input)
        const pairs = this.grid(node.rows, 2)
        const statistics = launcher.launch(rowStatistics(grid, pairs), pairs, [texture])
        return { grid, texture: launcher.launch(normalize(pairs, grid), grid, [texture, statistics]) }
      }
      case 'output':
        return this.#sequence(node.of).output()
      case 'last':
        return this.#sequence(node.of).last()
      case 'state':
        return this.#sequence(node.of).state(node.index, node.which)
      case 'gradient':
        return this.#gradients(node.of)(node.which, node.index)
      default:
        return node satisfies never
    }
  }

  #gradients(node: BackwardNode): Gradients {
    const found = this.#backward.get(node) ?? gradientsOf(node, this, this.#sequence(node.of).kept)
    this.#backward.set(node, found)
    return found
  }

  #sequence(node: RecurrentNode): Recurrent {
    const found =
      this.#sequences.get(node) ?? recurrentOf(node, this, this.#wanted.has(node), this.#kept.has(node))
    this.#sequences.set(node, found)
    return found
  }
}
