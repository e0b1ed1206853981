import type { DeviceArray } from '@unroll/kernels'
import type { MatrixNode } from './graph.ts'
import { batchMajor } from './sequenceNode.ts'

/** Computes one node. */
export type Read = (node: MatrixNode) => Promise<Float32Array>

/** A node with the shape that the caller sees, whose last dimension is the node's columns. */
export class GpuArray implements DeviceArray {
  readonly shape: readonly number[]
  readonly node: MatrixNode
  /** Sizes, if the shape is `(N, T, columns)` and the node's rows are ordered by time. */
  readonly byTime: { readonly T: number; readonly N: number } | null
  readonly #read: Read

  constructor(
    read: Read,
    node: MatrixNode,
    shape: readonly number[],
    byTime: { readonly T: number; readonly N: number } | null = null,
  ) {
    this.#read = read
    this.node = node
    this.shape = shape
    this.byTime = byTime
  }

  /** The result of an operation that works row by row: it has the same rows. */
  map(node: MatrixNode): GpuArray {
    return new GpuArray(this.#read, node, [...this.shape.slice(0, -1), node.columns], this.byTime)
  }

  async read(): Promise<Float32Array> {
    const { node, byTime } = this
    if (node.rows * node.columns === 0) return new Float32Array()
    const rows = await this.#read(node)
    return byTime ? batchMajor(rows, byTime, node.columns) : rows
  }
}
