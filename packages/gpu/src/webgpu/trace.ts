import type { Handle } from '../gpujs/types.ts'
import { type MatrixNode, sequencesWithGradients, sequencesWithOutput } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import { type Gradients, gradientsOf } from './gradients.ts'
import { type Recurrent, recurrentOf } from './recurrent.ts'
import { affine, beside, lookUp, normalize, rowStatistics } from './sources.ts'

/** Runs a kernel of `height` by `width` threads over values and numbers; gives its result. */
export type Launch = (
  source: string,
  size: { readonly rows: number; readonly columns: number },
  args: readonly (Handle | number)[],
) => Handle

/** A matrix on the device: `columns` columns of `handle` from `column` on. */
export interface Value {
  readonly handle: Handle
  readonly column: number
}

/** Records the launches that compute the roots, from the handles of their leaves. */
export function traceGraph(
  roots: readonly MatrixNode[],
  leaves: ReadonlyMap<MatrixNode | ResidentMatrix, Handle>,
  launch: Launch,
): Value[] {
  const known = new Map<MatrixNode, Value>()
  const sequences = new Map<object, Recurrent>()
  const backward = new Map<object, Gradients>()

  const leaf = (node: MatrixNode | ResidentMatrix): Handle => {
    const handle = leaves.get(node)
    if (handle === undefined) throw new Error('WebGPU plan: a leaf of the graph has no argument')
    return handle
  }
  /** As a kernel takes it: from column 0 on. */
  const whole = (node: MatrixNode): Handle => visit(node).handle
  const visit = (node: MatrixNode): Value => {
    const value = known.get(node) ?? compute(node)
    known.set(node, value)
    return value
  }
  const compute = (node: MatrixNode): Value => {
    const made = (handle: Handle): Value => ({ handle, column: 0 })
    switch (node.kind) {
      case 'host':
        return made(leaf(node))
      case 'embedding':
        return made(launch(lookUp, node, [leaf(node.table), leaf(node.indices)]))
      case 'select':
        return made(launch(lookUp, node, [whole(node.input), leaf(node.indices)]))
      case 'affine':
        return made(
          launch(affine(node.input.columns, null), node, [whole(node.input), leaf(node.weights), 0]),
        )
      case 'softmax': {
        const x = whole(node.input)
        const statistics = launch(rowStatistics(node.columns), { rows: node.rows, columns: 2 }, [x])
        return made(launch(normalize, node, [x, statistics]))
      }
      case 'output':
        return made(sequence(node.of).output())
      case 'state':
        return sequence(node.of).state(node.index)[node.which]
      case 'last': {
        const { numLayers, bidirectional, projSize, hiddenSize } = node.of.spec
        const state = sequence(node.of).state
        if (!bidirectional) return state(numLayers - 1).h
        const [a, b] = [state(2 * numLayers - 2).h, state(2 * numLayers - 1).h]
        return made(launch(beside(projSize || hiddenSize), node, [a.handle, b.handle]))
      }
      case 'gradient': {
        const { of } = node
        const found = backward.get(of) ?? gradientsOf(of, { kept: sequence(of.of).kept, leaf, launch })
        backward.set(of, found)
        return found(node.which, node.index)
      }
      default:
        return node satisfies never
    }
  }
  const sequence = (node: Parameters<typeof recurrentOf>[0]): Recurrent => {
    const found =
      sequences.get(node) ??
      recurrentOf(node, {
        value: whole,
        leaf,
        launch,
        wantsOutput: wanted.has(node),
        keeps: kept.has(node),
      })
    sequences.set(node, found)
    return found
  }
  const [wanted, kept] = [sequencesWithOutput(roots), sequencesWithGradients(roots)]
  return roots.map(visit)
}
