import type {
  FloatArray,
  OutputGradients,
  RecurrentGradients,
  RecurrentOutput,
  RecurrentTape,
  WantedGradients,
} from '@unroll/kernels'
import { checkGradients, checkTapeWeights, checkWanted } from '@unroll/kernels/checks'
import type { GpuWeights } from './gpuWeights.ts'
import { backwardNode, gradientNodes, gradientsOf } from './gradientNodes.ts'
import type { MatrixNode, RecurrentNode } from './graph.ts'
import type { SequenceCall } from './sequenceNode.ts'

/** What a tape is made from. */
export interface Recording {
  readonly weights: GpuWeights
  /** The version of the weights when the sequence ran. */
  readonly version: number
  /** The sequence, with rows ordered by time. */
  readonly node: RecurrentNode
  readonly call: Pick<SequenceCall, 'batchSizes' | 'batchFirst'>
  readonly run: (roots: readonly MatrixNode[]) => Promise<Float32Array[]>
}

/**
 * A sequence that can be walked backward. It keeps its arguments on the host, and nothing on the device: `backward`
 * computes the sequence again and walks it backward in the same run, with one transfer back.
 */
export class GpuTape implements RecurrentTape<Promise<RecurrentGradients>> {
  readonly output: FloatArray
  readonly hn: FloatArray
  readonly cn: FloatArray | null
  readonly #weights: GpuWeights
  /** The version of the weights when the sequence ran. */
  readonly #version: number
  #recording: Recording | null

  constructor({ output, hn, cn }: RecurrentOutput, recording: Recording) {
    this.output = output
    this.hn = hn
    this.cn = cn
    this.#weights = recording.weights
    this.#version = recording.version
    this.#recording = recording
  }

  /**
   * Backpropagation through time.
   * @throws GpuLostError if the device was lost, GpuLimitError if it is too small
   */
  async backward(gradients: OutputGradients, wanted: WantedGradients = {}): Promise<RecurrentGradients> {
    if (this.#recording === null) throw new Error('backward: this tape was disposed; run the sequence again')
    checkTapeWeights(this.#weights, this.#version)
    const { weights, node, call, run } = this.#recording
    const R = call.batchSizes.reduce((sum, size) => sum + size, 0)
    checkGradients(weights.spec, { N: node.N, R }, gradients)
    checkWanted(weights.spec, wanted)
    const nodes = gradientNodes(backwardNode(node, call, gradients), wanted, weights.biases)
    // Without sequences, all gradients are zero.
    const arrays =
      R === 0 || nodes.length === 0
        ? nodes.map(({ rows, columns }) => new Float32Array(rows * columns))
        : await run(nodes)
    return gradientsOf(nodes, arrays, call, weights, wanted)
  }

  /** Frees the arguments; `backward` throws afterwards. */
  dispose(): void {
    this.#recording = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
