import type { DeviceArray } from '@unroll/kernels'
import type { MatrixNode } from './graph.ts'
import { batchMajor } from './sequenceNode.ts'

/** Computes one node. */
export type Read = (node: MatrixNode) => Promise<Float32Array>

/** A node with the shape its elements have for the caller: its columns are the last dimension. */
export class GpuArray implements DeviceArray {
  readonly shape: readonly number[]
  readonly node: MatrixNode
  /** Set where the shape is `(N, T, columns)` and the rows of the node stand by time. */
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

  /** Another value computed row by row: of the same rows, with `columns` columns. */
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
