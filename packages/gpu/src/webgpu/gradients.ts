import { gateCount } from '@unroll/kernels/spec'
import type { Handle } from '../gpujs/types.ts'
import type { BackwardNode, GradientNode, MatrixNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import { multiply, projectBack } from '../sourceParts.ts'
import {
  before,
  gates,
  gradientColumns,
  gruGradient,
  hiddenBefore,
  inputGradient,
  lastHidden,
  lstmGradient,
  projectionGradient,
  rnnGradient,
  running,
  weightGradient,
} from './gradientSources.ts'
import { History } from './history.ts'
import type { KeptSequence } from './recurrent.ts'
import { affine } from './sources.ts'
import type { Launch, Value } from './trace.ts'

/** The gradients of a sequence. */
export type Gradients = (which: GradientNode['which'], index: number) => Value

interface Surroundings {
  readonly kept: (index: number) => KeptSequence
  readonly leaf: (leaf: MatrixNode | ResidentMatrix) => Handle
  readonly launch: Launch
}

/**
 * Records backpropagation through time, from the last layer down. A timestep is two launches (d, and the gradient of the
 * state before), with a projection three. The gates are computed again, those of all timesteps by two launches; the
 * gradients of each matrix of weights are one launch over all timesteps.
 */
export function gradientsOf(node: BackwardNode, { kept, leaf, launch }: Surroundings): Gradients {
  const { of } = node
  const { spec, T, N } = of
  const { mode, hiddenSize: H, numLayers } = spec
  const [G, D, P] = [gateCount(mode), spec.bidirectional ? 2 : 1, spec.projSize || H]
  const [rows, width] = [T * N, gradientColumns(mode, H)]
  const masked = of.lengths !== null
  const lengths = of.lengths && leaf(of.lengths)
  const lengthsArgument = lengths === null ? [] : [lengths]
  const found = new Map<string, Value>()
  const give = (which: GradientNode['which'], index: number, handle: Handle, column = 0): void => {
    found.set(`${which} ${index}`, { handle, column })
  }

  /** What a layer read, for the products with its gradients: the host fills what it sends up with zeros. */
  const inputs = new Map<number, Handle>()
  const inputOf = (layer: number, x: Handle): Handle => {
    if (lengths === null || layer === 0) return x
    const input = inputs.get(layer) ?? launch(running(N), { rows, columns: D * P }, [x, lengths])
    inputs.set(layer, input)
    return input
  }

  /** One direction of a layer, from the gradient of the layer's output; gives d of all timesteps. */
  const walk = (layer: number, direction: number, y: Handle): Handle => {
    const index = layer * D + direction
    const [weights, final] = [of.directions[index], node.final[index]]
    if (!weights || !final) throw new Error(`WebGPU plan: no weights of direction ${index}`)
    const [input, hidden] = [leaf(weights.input), leaf(weights.hidden)]
    const projection = weights.projection && leaf(weights.projection)
    const depth = layer === 0 ? spec.inputSize : D * P
    const reversed = direction === 1
    const { x, h, s, h0, s0 } = kept(index)

    const source = before(T, N, reversed, masked)
    const stateWidth = mode === 'LSTM' ? 2 * H : P
    const states = launch(source, { rows, columns: stateWidth }, [s, s0, ...lengthsArgument])
    const hiddens = projection ? launch(source, { rows, columns: P }, [h, h0, ...lengthsArgument]) : states
    // p and g of all timesteps; an RNN's derivative needs its states only.
    let [p, g] = [states, states]
    if (mode === 'LSTM' || mode === 'GRU') {
      p = launch(affine(depth, null), { rows, columns: G * H }, [x, input, 0])
      g = launch(gates(mode, H, P), { rows, columns: G * H }, [p, hiddens, hidden])
    }

    const history = new History(launch, width, N, !reversed)
    const dhHistory = projection && new History(launch, P, N, !reversed)
    const column = direction * P
    const timeOf = (i: number): number => (reversed ? T - 1 - i : i)
    const size = { rows: N, columns: P }
    let dh = launch(lastHidden(column), size, [leaf(final.h), y, timeOf(T - 1) * N])
    let d: Handle | null = null
    for (let i = T - 1; i >= 0; i--) {
      const t = timeOf(i)
      const mask = lengths === null ? [] : [lengths, t]
      const dm = projection ? launch(projectBack(P), { rows: N, columns: H }, [dh, projection]) : dh
      dhHistory?.add(dh)
      switch (mode) {
        case 'LSTM': {
          if (final.c === null) throw new Error('WebGPU plan: no gradient of a cell state')
          const [dc, at]: [Handle, number] = d === null ? [leaf(final.c), 0] : [d, 4 * H]
          const args = [g, states, s, dm, dc, t * N, ...mask]
          d = launch(lstmGradient(H, at, masked), { rows: N, columns: width }, args)
          break
        }
        case 'GRU':
          d = launch(gruGradient(H, masked), { rows: N, columns: width }, [p, g, states, dh, t * N, ...mask])
          break
        case 'RNN_TANH':
        case 'RNN_RELU':
          d = launch(rnnGradient(mode, masked), { rows: N, columns: width }, [s, dh, t * N, ...mask])
          break
        default:
          mode satisfies never
      }
      if (d === null) throw new Error(`WebGPU plan: no gradient of ${mode}`)
      history.add(d)
      const passed = lengths === null ? [] : [dh, lengths, t]
      const output = i > 0 ? [y, timeOf(i - 1) * N] : []
      dh = launch(hiddenBefore(mode, H, masked, i > 0 ? column : null), size, [
        ...[d, hidden],
        ...passed,
        ...output,
      ])
    }
    if (d === null) throw new Error('WebGPU plan: a sequence of no timesteps')
    give('h0', index, dh)
    if (mode === 'LSTM') give('c0', index, d, 4 * H)

    const all = history.gathered()
    const weightsOf = (through: 'input' | 'hidden', terms: Handle, k: number): Handle =>
      launch(weightGradient(mode, through, { H, depth: k, rows }), { rows: G * H, columns: k + 1 }, [
        all,
        terms,
      ])
    give('weightIh', index, weightsOf('input', inputOf(layer, x), depth))
    give('weightHh', index, weightsOf('hidden', hiddens, P))
    if (dhHistory) {
      const args = [dhHistory.gathered(), s, ...lengthsArgument]
      give('weightHr', index, launch(projectionGradient(T, N, masked), { rows: P, columns: H }, args))
    }
    return all
  }

  let y = leaf(node.output)
  for (let layer = numLayers - 1; layer >= 0; layer--) {
    const args: Handle[] = []
    for (let direction = 0; direction < D; direction++) {
      const weights = of.directions[layer * D + direction]
      if (weights) args.push(walk(layer, direction, y), leaf(weights.input))
    }
    const size = { rows, columns: layer === 0 ? spec.inputSize : D * P }
    y = launch(inputGradient(mode, H, D, masked ? N : null), size, [...args, ...lengthsArgument])
    const factors = of.dropout[layer - 1]
    if (factors) y = launch(multiply, size, [y, leaf(factors)])
  }
  give('input', 0, y)

  return (which, index) => {
    const value = found.get(`${which} ${index}`)
    if (!value) throw new Error(`WebGPU plan: no gradient of ${which} ${index}`)
    return value
  }
}
