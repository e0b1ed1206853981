import { sizesOf } from '@unroll/kernels/spec'
import type { Handle } from '../gpujs/types.ts'
import type { BackwardNode, GradientNode, MatrixNode, RecurrentNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import { type Gradients, runBackward } from '../schedule/backward.ts'
import { Demand } from '../schedule/demand.ts'
import { runForward, type Sequence } from '../schedule/forward.ts'
import type { Launch } from './launch.ts'
import { affine, beside, lookUp, normalize, rowStatistics } from './sources.ts'
import { WebGpuBackward } from './webGpuBackward.ts'
import type { Recording } from './webGpuEmitter.ts'
import { WebGpuForward } from './webGpuForward.ts'

/** A matrix on the device: the columns of `handle` from `column` on. */
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
  const trace = new Trace(roots, leaves, launch)
  return roots.map((root) => trace.value(root))
}

/** Records each node of a graph once. */
class Trace {
  readonly #demand: Demand
  readonly #recording: Recording
  readonly #known = new Map<MatrixNode, Value>()
  readonly #sequences = new Map<RecurrentNode, Sequence<Handle>>()
  readonly #backward = new Map<BackwardNode, Gradients<Handle>>()

  constructor(
    roots: readonly MatrixNode[],
    leaves: ReadonlyMap<MatrixNode | ResidentMatrix, Handle>,
    launch: Launch,
  ) {
    this.#demand = new Demand(roots)
    const leaf = (node: MatrixNode | ResidentMatrix): Handle => {
      const handle = leaves.get(node)
      if (handle === undefined) throw new Error('WebGPU plan: a leaf of the graph has no argument')
      return handle
    }
    this.#recording = { launch, leaf }
  }

  value(node: MatrixNode): Value {
    const value = this.#known.get(node) ?? this.#compute(node)
    this.#known.set(node, value)
    return value
  }

  /** A matrix as an argument of a kernel, which reads from column 0 on. */
  #whole(node: MatrixNode): Handle {
    return this.value(node).handle
  }

  #compute(node: MatrixNode): Value {
    const { leaf, launch } = this.#recording
    const made = (handle: Handle): Value => ({ handle, column: 0 })
    switch (node.kind) {
      case 'host':
        return made(leaf(node))
      case 'embedding':
        return made(launch(lookUp, node, [leaf(node.table), leaf(node.indices)]))
      case 'select':
        return made(launch(lookUp, node, [this.#whole(node.input), leaf(node.indices)]))
      case 'affine': {
        const args = [this.#whole(node.input), leaf(node.weights), 0]
        return made(launch(affine(node.input.columns, null), node, args))
      }
      case 'softmax': {
        const x = this.#whole(node.input)
        const statistics = launch(rowStatistics(node.columns), { rows: node.rows, columns: 2 }, [x])
        return made(launch(normalize, node, [x, statistics]))
      }
      case 'output':
        return made(this.#sequence(node.of).output())
      case 'state': {
        const { h, s } = this.#sequence(node.of).state(node.index)
        return node.which === 'h' ? made(h) : { handle: s, column: node.of.spec.hiddenSize }
      }
      case 'last': {
        const sides = this.#sequence(node.of).last()
        const [forward, reverse] = sides
        const isOne = forward !== undefined && reverse === undefined
        return made(isOne ? forward : launch(beside(sizesOf(node.of.spec).P), node, sides))
      }
      case 'gradient':
        return this.#gradient(node)
      default:
        return node satisfies never
    }
  }

  #gradient({ of, which, index }: GradientNode): Value {
    const gradients = this.#backward.get(of) ?? this.#walk(of)
    this.#backward.set(of, gradients)
    // The gradient of a first cell state is a part of the first timestep's d.
    return { handle: gradients(which, index), column: which === 'c0' ? 4 * of.of.spec.hiddenSize : 0 }
  }

  #walk(node: BackwardNode): Gradients<Handle> {
    const { kept } = this.#sequence(node.of)
    const emitter = new WebGpuBackward(node.of, this.#recording)
    const asked = this.#demand.ofGradients(node)
    return runBackward(node, this.#recording.leaf(node.output), emitter, { kept, asked })
  }

  #sequence(node: RecurrentNode): Sequence<Handle> {
    const sequence =
      this.#sequences.get(node) ??
      runForward(
        node,
        this.#whole(node.input),
        new WebGpuForward(node, this.#recording),
        this.#demand.ofSequence(node),
      )
    this.#sequences.set(node, sequence)
    return sequence
  }
}
