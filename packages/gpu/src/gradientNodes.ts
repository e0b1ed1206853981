import type {
  DirectionGradients,
  OutputGradients,
  RecurrentGradients,
  WantedGradients,
} from '@unroll/kernels'
import { layerInputSize, sizesOf } from '@unroll/kernels/spec'
import type { GpuWeights } from './gpuWeights.ts'
import type { BackwardNode, GradientNode, HostNode, RecurrentNode } from './graph.ts'
import { batchMajor, hostNode, joined, padded, type SequenceCall, unpadded } from './sequenceNode.ts'

/** The walk backward of a sequence, whose rows are ordered by time, from these gradients, which are copied. */
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

/**
 * The gradients that are wanted: first that of the input, then those of each layer and direction. The gradient of a bias
 * is the last column of its weight's.
 */
export function gradientNodes(
  of: BackwardNode,
  wanted: WantedGradients,
  biases: GpuWeights['biases'],
): GradientNode[] {
  const { spec, T, N, directions } = of.of
  const sizes = sizesOf(spec)
  const { D, G, H, I, P } = sizes
  const node = (
    which: GradientNode['which'],
    index: number,
    rows: number,
    columns: number,
  ): GradientNode => ({ kind: 'gradient', of, which, index, rows, columns })
  const ofDirection = (index: number): GradientNode[] => {
    const weights = wanted.weights?.[index] ?? {}
    const has = biases[index]
    const wants = {
      h0: wanted.h0 !== false,
      c0: wanted.c0 !== false && spec.mode === 'LSTM',
      ih: weights.weightIh !== false || (weights.biasIh !== false && has?.ih === true),
      hh: weights.weightHh !== false || (weights.biasHh !== false && has?.hh === true),
      hr: weights.weightHr !== false && spec.projSize > 0,
    }
    const depth = layerInputSize(sizes, Math.floor(index / D))
    return [
      ...(wants.h0 ? [node('h0', index, N, P)] : []),
      ...(wants.c0 ? [node('c0', index, N, H)] : []),
      ...(wants.ih ? [node('weightIh', index, G * H, depth + 1)] : []),
      ...(wants.hh ? [node('weightHh', index, G * H, P + 1)] : []),
      ...(wants.hr ? [node('weightHr', index, P, H)] : []),
    ]
  }
  return [
    ...(wanted.input === false ? [] : [node('input', 0, T * N, I)]),
    ...directions.flatMap((_, index) => ofDirection(index)),
  ]
}

/** The gradients as the `Engine` contract has them, from the arrays of {@link gradientNodes}. */
export function gradientsOf(
  nodes: readonly GradientNode[],
  arrays: readonly Float32Array[],
  { batchSizes, batchFirst = false }: Pick<SequenceCall, 'batchSizes' | 'batchFirst'>,
  { spec, biases }: Pick<GpuWeights, 'spec' | 'biases'>,
  wanted: WantedGradients,
): RecurrentGradients {
  const { G, H, I } = sizesOf(spec)
  const all = (which: GradientNode['which']): Float32Array[] =>
    arrays.filter((_, i) => nodes[i]?.which === which)
  const one = (which: GradientNode['which'], index: number): Float32Array | null =>
    arrays[nodes.findIndex((node) => node.which === which && node.index === index)] ?? null
  const rows = one('input', 0)
  const [T, N] = [batchSizes.length, batchSizes[0] ?? 0]
  return {
    input: rows && (batchFirst ? batchMajor(rows, { T, N }, I) : unpadded(rows, batchSizes, I)),
    h0: wanted.h0 === false ? null : joined(all('h0')),
    c0: wanted.c0 === false || spec.mode !== 'LSTM' ? null : joined(all('c0')),
    weights: biases.map((has, index): DirectionGradients => {
      const wants = wanted.weights?.[index] ?? {}
      const [input, hidden] = [split(one('weightIh', index), G * H), split(one('weightHh', index), G * H)]
      return {
        weightIh: wants.weightIh === false ? null : input.weight,
        weightHh: wants.weightHh === false ? null : hidden.weight,
        biasIh: wants.biasIh === false || !has.ih ? null : input.bias,
        biasHh: wants.biasHh === false || !has.hh ? null : hidden.bias,
        weightHr: one('weightHr', index),
      }
    }),
  }
}

/** The gradients of a weight `(rows, columns)` and of its bias, the last column; nulls if there is no gradient. */
function split(
  matrix: Float32Array | null,
  rows: number,
): { readonly weight: Float32Array | null; readonly bias: Float32Array | null } {
  if (matrix === null) return { weight: null, bias: null }
  const width = matrix.length / rows
  const weight = new Float32Array(rows * (width - 1))
  const bias = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    weight.set(matrix.subarray(row * width, (row + 1) * width - 1), row * (width - 1))
    bias[row] = matrix[(row + 1) * width - 1] ?? 0
  }
  return { weight, bias }
}
