import {
  type DirectionWeights,
  layerInputSize,
  type OutputGradients,
  type RecurrentGradients,
  sizesOf,
} from '@unroll/kernels'
import type { GpuWeights } from './gpuWeights.ts'
import type { BackwardNode, GradientNode, HostNode, RecurrentNode } from './graph.ts'
import { batchMajor, hostNode, joined, padded, type SequenceCall, unpadded } from './sequenceNode.ts'

/** A sequence in order of time, walked backward from these gradients, which are copied. */
export function backwardNode(
  of: RecurrentNode,
  { batchSizes, batchFirst = false }: Pick<SequenceCall, 'batchSizes' | 'batchFirst'>,
  { output, hn, cn }: OutputGradients,
): BackwardNode {
  const { spec, T, N } = of
  const { D, H, P } = sizesOf(spec)
  const rows =
    output === null
      ? new Float32Array(T * N * D * P)
      : batchFirst
        ? batchMajor(Float32Array.from(output), { T: N, N: T }, D * P)
        : padded(Float32Array.from(output), batchSizes, D * P)
  const part = (states: OutputGradients['hn'], index: number, columns: number): HostNode => {
    const length = N * columns
    const own = states?.slice(index * length, (index + 1) * length) ?? new Float32Array(length)
    return hostNode(Float32Array.from(own), N, columns)
  }
  return {
    kind: 'backward',
    of,
    output: hostNode(rows, T * N, D * P),
    final: of.directions.map((_, index) => ({
      h: part(hn, index, P),
      c: spec.mode === 'LSTM' ? part(cn, index, H) : null,
    })),
  }
}

/** All gradients there are: that of the input, then those of each layer and direction. */
export function gradientNodes(of: BackwardNode): GradientNode[] {
  const { spec, T, N, directions } = of.of
  const sizes = sizesOf(spec)
  const { D, G, H, I, P } = sizes
  const node = (
    which: GradientNode['which'],
    index: number,
    rows: number,
    columns: number,
  ): GradientNode => ({ kind: 'gradient', of, which, index, rows, columns })
  return [
    node('input', 0, T * N, I),
    ...directions.flatMap((_, index) => [
      node('h0', index, N, P),
      ...(spec.mode === 'LSTM' ? [node('c0', index, N, H)] : []),
      node('weightIh', index, G * H, layerInputSize(sizes, Math.floor(index / D)) + 1),
      node('weightHh', index, G * H, P + 1),
      ...(spec.projSize > 0 ? [node('weightHr', index, P, H)] : []),
    ]),
  ]
}

/** What the contract wants, from the arrays of {@link gradientNodes}. */
export function gradientsOf(
  nodes: readonly GradientNode[],
  arrays: readonly Float32Array[],
  { batchSizes, batchFirst = false }: Pick<SequenceCall, 'batchSizes' | 'batchFirst'>,
  { spec, biases }: Pick<GpuWeights, 'spec' | 'biases'>,
): RecurrentGradients {
  const { I } = sizesOf(spec)
  const all = (which: GradientNode['which']): Float32Array[] =>
    arrays.filter((_, i) => nodes[i]?.which === which)
  const [rows = new Float32Array()] = all('input')
  const [T, N] = [batchSizes.length, batchSizes[0] ?? 0]
  const [ih, hh, hr] = [all('weightIh'), all('weightHh'), all('weightHr')]
  return {
    input: batchFirst ? batchMajor(rows, { T, N }, I) : unpadded(rows, batchSizes, I),
    h0: joined(all('h0')),
    c0: spec.mode === 'LSTM' ? joined(all('c0')) : null,
    weights: biases.map((has, index): DirectionWeights => {
      const count = sizesOf(spec).G * spec.hiddenSize
      const [input, hidden] = [split(ih[index], count), split(hh[index], count)]
      return {
        weightIh: input.weight,
        weightHh: hidden.weight,
        biasIh: has.ih ? input.bias : null,
        biasHh: has.hh ? hidden.bias : null,
        weightHr: hr[index] ?? null,
      }
    }),
  }
}

/** `(rows, columns)` and the last column, the bias. */
function split(
  matrix: Float32Array | undefined,
  rows: number,
): { readonly weight: Float32Array; readonly bias: Float32Array } {
  if (!matrix) throw new Error('backward: expected gradients of every direction')
  const width = matrix.length / rows
  const weight = new Float32Array(rows * (width - 1))
  const bias = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    weight.set(matrix.subarray(row * width, (row + 1) * width - 1), row * (width - 1))
    bias[row] = matrix[(row + 1) * width - 1] ?? 0
  }
  return { weight, bias }
}
