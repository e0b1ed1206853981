import {
  type DeviceArray,
  type DeviceMatrix,
  type DeviceOperations,
  type DeviceSequence,
  type DeviceSequenceResults,
  describeValue,
  type PackedWeights,
} from '@unroll/kernels'
import { sizesOf } from '@unroll/kernels/spec'
import { checkCall } from './checkCall.ts'
import { GpuArray, type Read } from './gpuArray.ts'
import type { GpuWeights } from './gpuWeights.ts'
import type { RecurrentNode } from './graph.ts'
import { transpose } from './packDirection.ts'
import { ResidentMatrix } from './residentMatrix.ts'
import { hostNode, outputNode, padded, sequenceNode } from './sequenceNode.ts'

/** What operations need of their engine. */
export interface OperationsOf {
  readonly read: Read
  readonly release: (matrix: ResidentMatrix) => void
  /** @throws TypeError if another engine packed the weights */
  readonly own: (weights: PackedWeights) => GpuWeights
}

/** Builds graphs. Nothing runs before an array is read. */
export class GpuOperations implements DeviceOperations {
  readonly #engine: OperationsOf

  constructor(engine: OperationsOf) {
    this.#engine = engine
  }

  array(data: Float32Array, shape: readonly number[]): GpuArray {
    const columns = shape.at(-1) ?? 1
    checkFloats('array', data, rowsOf(shape) * columns)
    return new GpuArray(this.#engine.read, hostNode(data.slice(), rowsOf(shape), columns), shape)
  }

  table(data: Float32Array, rows: number, columns: number): DeviceMatrix {
    checkFloats('table', data, rows * columns)
    return new ResidentMatrix(data.slice(), { rows, columns }, this.#engine.release)
  }

  linearWeights(
    weight: Float32Array,
    bias: Float32Array | null,
    rows: number,
    columns: number,
  ): DeviceMatrix {
    checkFloats('linearWeights: weight', weight, rows * columns)
    if (bias !== null) checkFloats('linearWeights: bias', bias, columns)
    return new ResidentMatrix(
      withBias(transpose(weight, rows), bias, columns),
      { rows: rows + 1, columns },
      this.#engine.release,
    )
  }

  embedding(table: DeviceMatrix, indices: ArrayLike<number>, shape: readonly number[]): GpuArray {
    const own = ownMatrix('embedding', table)
    const rows = indices.length
    checkIndices('embedding', indices, own.rows)
    const node = {
      kind: 'embedding',
      table: own,
      indices: hostNode(Float32Array.from(indices), rows, 1),
      rows,
      columns: own.columns,
    } as const
    return new GpuArray(this.#engine.read, node, [...shape, own.columns])
  }

  indexSelect(input: DeviceArray, indices: ArrayLike<number>): GpuArray {
    const { node, shape } = ownArray('indexSelect', input)
    const rows = indices.length
    if (shape.length !== 2)
      throw new RangeError(`gpu.indexSelect: expected a matrix, got shape (${shape.join(', ')})`)
    checkIndices('indexSelect', indices, node.rows)
    const selected = {
      kind: 'select',
      input: node,
      indices: hostNode(Float32Array.from(indices), rows, 1),
      rows,
      columns: node.columns,
    } as const
    return new GpuArray(this.#engine.read, selected, [rows, node.columns])
  }

  linear(input: DeviceArray, weights: DeviceMatrix): GpuArray {
    const [own, x] = [ownMatrix('linear', weights), ownArray('linear', input)]
    if (x.node.columns !== own.rows - 1) {
      throw new RangeError(
        `gpu.linear: expected input of ${own.rows - 1} features, got shape (${x.shape.join(', ')})`,
      )
    }
    const { node } = x
    return x.map({ kind: 'affine', input: node, weights: own, rows: node.rows, columns: own.columns })
  }

  softmax(input: DeviceArray): GpuArray {
    const x = ownArray('softmax', input)
    return x.map({ kind: 'softmax', input: x.node, rows: x.node.rows, columns: x.node.columns })
  }

  recurrent(weights: PackedWeights, sequence: DeviceSequence): DeviceSequenceResults {
    const own = this.#engine.own(weights)
    const { read } = this.#engine
    const { D, I, P } = sizesOf(own.spec)
    const { batchSizes, batchFirst = false } = sequence
    const [T, N] = [batchSizes.length, batchSizes[0] ?? 0]
    const results = (of: RecurrentNode, shape: readonly number[] | null): DeviceSequenceResults => ({
      output: shape && new GpuArray(read, outputNode(of, D * P), shape, batchFirst ? { T, N } : null),
      last: new GpuArray(read, { kind: 'last', of, rows: N, columns: D * P }, [N, D * P]),
    })
    if (ArrayBuffer.isView(sequence.input)) {
      checkCall(own.spec, { ...sequence, input: sequence.input })
      const rows = padded(Float32Array.from(sequence.input), batchSizes, I)
      const node = sequenceNode(own, sequence, hostNode(rows, T * N, I))
      return results(node, node.lengths === null ? [...(batchFirst ? [N, T] : [T, N]), D * P] : null)
    }
    const input = ownArray('recurrent', sequence.input)
    if (batchSizes.some((size) => size !== N) || input.node.rows !== T * N || input.node.columns !== I) {
      throw new RangeError(
        `gpu.recurrent: expected ${T} timesteps of ${N} sequences with ${I} features, got shape (${input.shape.join(', ')})`,
      )
    }
    // The rows of an array with `byTime` are ordered by time, though its shape is batch-major.
    const node = sequenceNode(
      own,
      { ...sequence, batchFirst: batchFirst && input.byTime === null },
      input.node,
    )
    return results(node, [...input.shape.slice(0, -1), D * P])
  }
}

/** A matrix `(rows, columns)` with one more row: the bias, or zeros. */
export function withBias(
  matrix: Float32Array,
  bias: ArrayLike<number> | null,
  columns: number,
): Float32Array {
  const result = new Float32Array(matrix.length + columns)
  result.set(matrix)
  if (bias !== null) result.set(Float32Array.from(bias), matrix.length)
  return result
}

function rowsOf(shape: readonly number[]): number {
  return shape.slice(0, -1).reduce((product, size) => product * size, 1)
}

/** @throws TypeError if the data are not float32, RangeError if there are not `length` of them */
function checkFloats(who: string, data: Float32Array, length: number): void {
  if (!(data instanceof Float32Array)) {
    throw new TypeError(`gpu.${who}: expected a Float32Array, got ${describeValue(data)}`)
  }
  if (data.length !== length) {
    throw new RangeError(`gpu.${who}: expected ${length} elements, got ${data.length}`)
  }
}

/** @throws RangeError on an index that names no row: kernels do not check, and would read something else */
function checkIndices(who: string, indices: ArrayLike<number>, rows: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? Number.NaN
    if (Number.isInteger(index) && index >= 0 && index < rows) continue
    throw new RangeError(`gpu.${who}: expected indices from 0 to ${rows - 1}, got ${index} at position ${i}`)
  }
}

function ownArray(who: string, array: DeviceArray): GpuArray {
  if (array instanceof GpuArray) return array
  throw new TypeError(
    `gpu.${who}: expected an array of this engine, got ${describeValue(array)}; make one by gpu.operations.array`,
  )
}

function ownMatrix(who: string, matrix: DeviceMatrix): ResidentMatrix {
  if (!(matrix instanceof ResidentMatrix)) {
    throw new TypeError(
      `gpu.${who}: expected a matrix of this engine, got ${describeValue(matrix)}; make one by gpu.operations`,
    )
  }
  if (matrix.disposed) throw new Error(`gpu.${who}: this matrix was disposed; send it again`)
  return matrix
}
