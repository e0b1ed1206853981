import { GpuLimitError } from '../errors.ts'
import type { MatrixNode, RecurrentNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import type { GlGraph } from './glGraph.ts'

/**
 * Lays out everything a graph computes, before anything runs.
 * @throws GpuLimitError if something does not fit into a texture
 */
export function checkSizes(roots: readonly MatrixNode[], graph: GlGraph): void {
  const check = new SizeCheck(graph)
  for (const root of roots) check.matrix(root)
}

/** Checks each node of a graph once. */
class SizeCheck {
  readonly #graph: GlGraph
  readonly #seen = new Set<object>()

  constructor(graph: GlGraph) {
    this.#graph = graph
  }

  matrix(node: MatrixNode): void {
    if (!this.#isNew(node)) return
    const { run } = this.#graph
    this.#graph.gridOf(node)
    switch (node.kind) {
      case 'host':
        break
      case 'embedding':
        run.grid(node.table.rows, node.table.columns)
        this.matrix(node.indices)
        break
      case 'select':
        this.matrix(node.indices)
        this.matrix(node.input)
        break
      case 'affine':
        this.#weights(node.weights)
        this.matrix(node.input)
        break
      case 'softmax':
        run.grid(node.rows, 2)
        this.matrix(node.input)
        break
      case 'output':
      case 'last':
      case 'state':
        this.#sequence(node.of)
        break
      case 'gradient':
        this.#sequence(node.of.of)
        break
      default:
        node satisfies never
    }
  }

  #sequence(node: RecurrentNode): void {
    if (!this.#isNew(node)) return
    this.#graph.sequenceGrids(node)
    for (const { input, hidden, projection } of node.directions) {
      for (const matrix of [input, hidden, projection]) if (matrix) this.#weights(matrix)
    }
    this.matrix(node.input)
  }

  #weights({ rows, columns }: ResidentMatrix): void {
    const { run } = this.#graph
    // Kernels read a row of weights by its number, so rows must stand one below the other.
    if (run.grid(rows, columns).across === 1) return
    throw new GpuLimitError(
      `webgl: weights of ${rows} rows need a texture as high, but this adapter's have at most ${run.context.maxTextureSize}; use webgpu`,
    )
  }

  #isNew(node: object): boolean {
    const isNew = !this.#seen.has(node)
    this.#seen.add(node)
    return isNew
  }
}
