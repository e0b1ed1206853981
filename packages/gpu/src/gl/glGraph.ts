import type { Texture } from '../gpujs/types.ts'
import type { BackwardNode, LastNode, MatrixNode, RecurrentNode, StateNode } from '../graph.ts'
import { type Gradients, runBackward } from '../schedule/backward.ts'
import { Demand } from '../schedule/demand.ts'
import { runForward, type Sequence } from '../schedule/forward.ts'
import { GlBackward } from './glBackward.ts'
import { GlForward } from './glForward.ts'
import { GlHistory } from './glHistory.ts'
import type { GlMatrix, GlRun } from './glRun.ts'
import type { Grid } from './grid.ts'
import { type SequenceGrids, sequenceGrids } from './sequenceGrids.ts'
import { affine, lookUp, normalize, rowStatistics, second } from './sources.ts'

/** Computes a graph in one run, each node when it is first read. */
export class GlGraph {
  readonly run: GlRun
  readonly #demand: Demand
  readonly #known = new Map<MatrixNode, GlMatrix>()
  readonly #sequences = new Map<RecurrentNode, Sequence<Texture>>()
  readonly #backward = new Map<BackwardNode, Gradients<Texture>>()

  constructor(run: GlRun, roots: readonly MatrixNode[]) {
    this.run = run
    this.#demand = new Demand(roots)
  }

  matrix(node: MatrixNode): GlMatrix {
    const found = this.#known.get(node) ?? this.#compute(node)
    this.#known.set(node, found)
    return found
  }

  /** The layout of a node's result, computed or not. */
  gridOf(node: MatrixNode): Grid {
    if (node.kind === 'softmax') return this.gridOf(node.input)
    const isOfInput = node.kind === 'gradient' && node.which === 'input'
    const block = node.kind === 'output' ? node.of.N : isOfInput ? node.of.of.N : undefined
    return this.run.grid(node.rows, node.columns, block)
  }

  sequenceGrids(node: RecurrentNode): SequenceGrids {
    return sequenceGrids(node, this.run, this.#demand.ofSequence(node).keptFrom < node.spec.numLayers)
  }

  #compute(node: MatrixNode): GlMatrix {
    const { launcher } = this.run
    switch (node.kind) {
      case 'host':
        return this.run.upload(node)
      case 'embedding':
      case 'select': {
        const table = node.kind === 'select' ? this.matrix(node.input) : this.run.weight(node.table)
        const indices = this.matrix(node.indices)
        const grid = this.gridOf(node)
        const source = lookUp(table.grid, indices.grid, grid)
        return { grid, texture: launcher.launch(source, grid, [table.texture, indices.texture]) }
      }
      case 'affine': {
        const [input, weights] = [this.matrix(node.input), this.run.weight(node.weights)]
        const grid = this.gridOf(node)
        const source = affine(node.input.columns, input.grid, grid, null)
        return { grid, texture: launcher.launch(source, grid, [input.texture, weights.texture, 0]) }
      }
      case 'softmax': {
        const { texture, grid } = this.matrix(node.input)
        const pairs = this.run.grid(node.rows, 2)
        const statistics = launcher.launch(rowStatistics(grid, pairs), pairs, [texture])
        return { grid, texture: launcher.launch(normalize(pairs, grid), grid, [texture, statistics]) }
      }
      case 'output':
        return { grid: this.gridOf(node), texture: this.#sequence(node.of).output() }
      case 'last':
        return this.#last(node)
      case 'state':
        return this.#state(node)
      case 'gradient': {
        const gradients = this.#backward.get(node.of) ?? this.#walk(node.of)
        this.#backward.set(node.of, gradients)
        return { grid: this.gridOf(node), texture: gradients(node.which, node.index) }
      }
      default:
        return node satisfies never
    }
  }

  #state(node: StateNode): GlMatrix {
    const { h, s } = this.#sequence(node.of).state(node.index)
    const grid = this.gridOf(node)
    return { grid, texture: node.which === 'h' ? h : this.run.launcher.launch(second, grid, [s]) }
  }

  #last(node: LastNode): GlMatrix {
    const sides = this.#sequence(node.of).last()
    const grid = this.gridOf(node)
    const texture = this.run.blank(grid)
    const width = node.columns / sides.length
    for (const [side, h] of sides.entries()) {
      new GlHistory(this.run.context, texture, grid, { column: side * width, width }).add(h, 0)
    }
    return { texture, grid }
  }

  #walk(node: BackwardNode): Gradients<Texture> {
    const { kept } = this.#sequence(node.of)
    const emitter = new GlBackward(node.of, this.run, this.gridOf(node.of.input))
    const output = this.run.upload(node.output, node.of.N).texture
    return runBackward(node, output, emitter, { kept, asked: this.#demand.ofGradients(node) })
  }

  #sequence(node: RecurrentNode): Sequence<Texture> {
    const found = this.#sequences.get(node) ?? this.#forward(node)
    this.#sequences.set(node, found)
    return found
  }

  #forward(node: RecurrentNode): Sequence<Texture> {
    const { texture, grid } = this.matrix(node.input)
    const emitter = new GlForward(node, this.run, grid, this.sequenceGrids(node))
    return runForward(node, texture, emitter, this.#demand.ofSequence(node))
  }
}
