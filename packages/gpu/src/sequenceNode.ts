import type { RecurrentInput, RecurrentOutput } from '@unroll/kernels'
import { sizesOf } from '@unroll/kernels/spec'
import type { GpuWeights } from './gpuWeights.ts'
import type { HostNode, MatrixNode, OutputNode, RecurrentNode, StateNode } from './graph.ts'

/** A matrix from the host. */
export function hostNode(data: Float32Array, rows: number, columns: number): HostNode {
  return { kind: 'host', data, rows, columns }
}

/** The arguments of a sequence without its input. Arrays are copied, so that the caller may change them. */
export type SequenceCall = Omit<RecurrentInput, 'input'>

/**
 * A call as a node. Kernels need the same number of rows at each timestep. So sequences that have ended go on with rows
 * whose results are not read, and `lengths` tells where they end.
 * @param input `(T * N, I)`, with those rows
 */
export function sequenceNode(weights: GpuWeights, call: SequenceCall, input: MatrixNode): RecurrentNode {
  const { spec, directions } = weights
  const { batchSizes, batchFirst = false, h0, c0, dropout = null } = call
  const { D, H, P } = sizesOf(spec)
  const T = batchSizes.length
  const N = batchSizes[0] ?? 0
  const initial = directions.map((_, index) => ({
    h: part(h0, index, N, P),
    c: spec.mode === 'LSTM' ? part(c0, index, N, H) : null,
  }))
  const rowsDropped = (spec.numLayers - 1) * D * P
  const factors =
    dropout === null || rowsDropped === 0
      ? []
      : Array.from({ length: spec.numLayers - 1 }, (_, layer) => {
          const length = dropout.length / (spec.numLayers - 1)
          const own = Float32Array.from(dropout.subarray(layer * length, (layer + 1) * length))
          return hostNode(padded(own, batchSizes, D * P), T * N, D * P)
        })
  return {
    kind: 'recurrent',
    spec,
    directions,
    input,
    order: batchFirst ? 'batch' : 'time',
    T,
    N,
    lengths: isRagged(batchSizes) ? hostNode(lengthsOf(batchSizes), N, 1) : null,
    initial,
    dropout: factors,
  }
}

/** All results of a sequence: its output, then its last states. */
export function resultNodes(of: RecurrentNode): readonly [OutputNode, ...StateNode[]] {
  const { D, H, P } = sizesOf(of.spec)
  const states = (which: 'h' | 'c', columns: number): StateNode[] =>
    of.directions.map((_, index) => ({ kind: 'state', of, which, index, rows: of.N, columns }))
  return [outputNode(of, D * P), ...states('h', P), ...(of.spec.mode === 'LSTM' ? states('c', H) : [])]
}

export function outputNode(of: RecurrentNode, columns: number): OutputNode {
  return { kind: 'output', of, rows: of.T * of.N, columns }
}

/** The results as the `Engine` contract has them, from the arrays of {@link resultNodes}. */
export function outputOf(
  of: RecurrentNode,
  call: SequenceCall,
  [output = new Float32Array(), ...states]: readonly Float32Array[],
): RecurrentOutput {
  const count = of.directions.length
  const { D, P } = sizesOf(of.spec)
  const rows = call.batchFirst ? batchMajor(output, of, D * P) : unpadded(output, call.batchSizes, D * P)
  return {
    output: rows,
    hn: joined(states.slice(0, count)),
    cn: of.spec.mode === 'LSTM' ? joined(states.slice(count)) : null,
  }
}

/** Adds rows of zeros where a sequence has ended: `(T * N, width)` from `(R, width)`. */
export function padded(rows: Float32Array, batchSizes: Int32Array, width: number): Float32Array {
  if (!isRagged(batchSizes)) return rows
  const N = batchSizes[0] ?? 0
  const result = new Float32Array(batchSizes.length * N * width)
  let from = 0
  batchSizes.forEach((running, t) => {
    result.set(rows.subarray(from, from + running * width), t * N * width)
    from += running * width
  })
  return result
}

/** Removes the rows that {@link padded} adds. */
export function unpadded(rows: Float32Array, batchSizes: Int32Array, width: number): Float32Array {
  if (!isRagged(batchSizes)) return rows
  const N = batchSizes[0] ?? 0
  const result = new Float32Array(batchSizes.reduce((sum, size) => sum + size, 0) * width)
  let to = 0
  batchSizes.forEach((running, t) => {
    result.set(rows.subarray(t * N * width, (t * N + running) * width), to)
    to += running * width
  })
  return result
}

/** Swaps the first two dimensions: `(N, T, width)` from `(T, N, width)`. */
export function batchMajor(
  rows: Float32Array,
  { T, N }: { readonly T: number; readonly N: number },
  width: number,
): Float32Array {
  const result = new Float32Array(rows.length)
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) {
      result.set(rows.subarray((t * N + n) * width, (t * N + n + 1) * width), (n * T + t) * width)
    }
  }
  return result
}

function isRagged(batchSizes: Int32Array): boolean {
  return batchSizes.at(-1) !== batchSizes[0]
}

function lengthsOf(batchSizes: Int32Array): Float32Array {
  const lengths = new Float32Array(batchSizes[0] ?? 0)
  for (const running of batchSizes) for (let n = 0; n < running; n++) lengths[n] = (lengths[n] ?? 0) + 1
  return lengths
}

function part(states: RecurrentInput['h0'], index: number, rows: number, columns: number): HostNode {
  const length = rows * columns
  const own = states === null ? new Float32Array(length) : states.slice(index * length, (index + 1) * length)
  return hostNode(Float32Array.from(own), rows, columns)
}

/** All arrays in one, one after the other. */
export function joined(arrays: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0))
  let at = 0
  for (const array of arrays) {
    result.set(array, at)
    at += array.length
  }
  return result
}
