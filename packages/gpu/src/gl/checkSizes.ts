import { GpuLimitError } from '../errors.ts'
import type { MatrixNode, RecurrentNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import type { GlGraph } from './glGraph.ts'

/**
 * Asks for the grid of everything a graph computes, so that what does not fit is refused before anything runs.
 * @throws GpuLimitError
 */
export function checkSizes(roots: readonly MatrixNode[], graph: GlGraph): void {
  const { run } = graph
  const seen = new Set<object>()
  const isNew = (node: object): boolean => {
    const known = seen.has(node)
    seen.add(node)
    return !known
  }
  const most = run.context.maxTextureSize

  const weights = ({ rows, columns }: ResidentMatrix): void => {
    // Kernels read rows of weights by their numbers.
    if (run.grid(rows, columns).across === 1) return
    throw new GpuLimitError(
      `webgl: weights of ${rows} rows need a texture as high, but this adapter's have at most ${most}; use webgpu`,
    )
  }
  const sequence = (node: RecurrentNode): void => {
    if (!isNew(node)) return
    graph.sequenceGrids(node)
    for (const { input, hidden, projection } of node.directions) {
      for (const matrix of [input, hidden, projection]) if (matrix) weights(matrix)
    }
    visit(node.input)
  }
  const visit = (node: MatrixNode): void => {
    if (!isNew(node)) return
    graph.gridOf(node)
    switch (node.kind) {
      case 'host':
        break
      case 'embedding':
        run.grid(node.table.rows, node.table.columns)
        visit(node.indices)
        break
      case 'select':
        visit(node.indices)
        visit(node.input)
        break
      case 'affine':
        weights(node.weights)
        visit(node.input)
        break
      case 'softmax':
        run.grid(node.rows, 2)
        visit(node.input)
        break
      case 'output':
      case 'last':
      case 'state':
        sequence(node.of)
        break
      case 'gradient':
        sequence(node.of.of)
        break
      default:
        node satisfies never
    }
  }
  roots.forEach(visit)
}
