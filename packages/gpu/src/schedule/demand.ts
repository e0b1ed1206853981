import { sizesOf } from '@unroll/kernels/spec'
import type { BackwardNode, GradientNode, MatrixNode, RecurrentNode } from '../graph.ts'

/** What is asked of a sequence, besides its last states. */
export interface SequenceDemand {
  readonly wantsOutput: boolean
  /** The lowest layer whose states are kept for gradients; the number of layers if none are. */
  readonly keptFrom: number
}

/** Which gradients of a sequence are asked for. */
export interface GradientDemand {
  /** The lowest layer that has to be walked backward. */
  readonly lowestLayer: number
  has(which: GradientNode['which'], index: number): boolean
  /** Whether any gradient of direction `index` is asked for; the input's is not one of these. */
  hasAnyOf(index: number): boolean
}

/** What the roots of a graph ask of its sequences. Nothing else is launched. */
export class Demand {
  readonly #withOutput: ReadonlySet<RecurrentNode>
  readonly #gradients: readonly GradientNode[]

  constructor(roots: readonly MatrixNode[]) {
    this.#withOutput = sequencesWithOutput(roots)
    this.#gradients = roots.filter((root) => root.kind === 'gradient')
  }

  ofSequence(node: RecurrentNode): SequenceDemand {
    const gradients = this.#gradients.filter(({ of }) => of.of === node)
    return { wantsOutput: this.#withOutput.has(node), keptFrom: lowestLayer(node, gradients) }
  }

  ofGradients(node: BackwardNode): GradientDemand {
    const gradients = this.#gradients.filter(({ of }) => of === node)
    return {
      lowestLayer: lowestLayer(node.of, gradients),
      has: (which, index) => gradients.some((root) => root.which === which && root.index === index),
      hasAnyOf: (index) => gradients.some((root) => root.which !== 'input' && root.index === index),
    }
  }
}

function lowestLayer({ spec }: RecurrentNode, gradients: readonly GradientNode[]): number {
  const { D } = sizesOf(spec)
  return Math.min(spec.numLayers, ...gradients.map(({ index }) => Math.floor(index / D)))
}

/** The sequences whose outputs are read; only the states of the others are computed. */
function sequencesWithOutput(roots: readonly MatrixNode[]): Set<RecurrentNode> {
  const found = new Set<RecurrentNode>()
  const visit = (node: MatrixNode): void => {
    if (node.kind === 'output') found.add(node.of)
    if (node.kind === 'gradient') visit(node.of.of.input)
    else if ('of' in node) visit(node.of.input)
    if ('input' in node) visit(node.input)
  }
  roots.forEach(visit)
  return found
}
