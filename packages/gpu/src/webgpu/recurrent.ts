import { gateCount } from '@unroll/kernels/spec'
import type { Handle } from '../gpujs/types.ts'
import type { MatrixNode, RecurrentNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import { multiply } from '../sourceParts.ts'
import { History } from './history.ts'
import { affine, beside, gruStep, lstmStep, project, rnnStep, type Shares, shareOut } from './sources.ts'
import type { Launch, Value } from './trace.ts'

/** The results of a sequence. */
export interface Recurrent {
  /** `(T * N, D * P)`, by time */
  output(): Handle
  /** After the last timestep, of layer and direction `index`. */
  state(index: number): { readonly h: Value; readonly c: Value }
  /** Of layer and direction `index`; only where the surroundings ask for it. */
  kept(index: number): KeptSequence
}

/** What a direction read and wrote, to walk it backward. Rows are all timesteps', by time. */
export interface KeptSequence {
  /** `(T * N, K)`: the layer's input, dropout included */
  readonly x: Handle
  /** `(N, P)` in its first P columns: before the first timestep */
  readonly h0: Handle
  /** LSTM `(N, 2*H)`, h and c side by side; else as h0 */
  readonly s0: Handle
  /** `(T * N, P)` in its first P columns: after each timestep */
  readonly h: Handle
  /** LSTM `(T * N, 2*H)`; else as h */
  readonly s: Handle
}

interface Surroundings {
  readonly value: (node: MatrixNode) => Handle
  readonly leaf: (leaf: MatrixNode | ResidentMatrix) => Handle
  readonly launch: Launch
  readonly wantsOutput: boolean
  /** Every state is kept, for gradients. */
  readonly keeps: boolean
}

/** Floats of inputs' shares of the gates that are held at once: 64 MiB. */
const chunkFloats = 2 ** 24

/**
 * How the products of a timestep are shared out; null where every thread sums all of its own. Measured on an H200 of
 * NVIDIA, an LSTM's timestep: 14 times as fast with one sequence of 2048 units, 1.5 with 32 of 512, a tenth this way or that
 * at the bounds. Those of GRU and RNN follow from their numbers of terms.
 * @param threads of a timestep
 * @param terms that each of them sums
 */
function sharesOf(threads: number, terms: number, N: number): Shares | null {
  if (terms < 768 || threads >= 2 ** 16) return null
  return { count: N <= 8 ? 8 : 4, N }
}

/**
 * Records a sequence, layer by layer and direction by direction: one launch a timestep, one more with a projection, one more
 * where products are shared out, and one for every six that gathers outputs. The inputs' share of the gates is computed by
 * one launch for a chunk of timesteps.
 */
export function recurrentOf(
  node: RecurrentNode,
  { value, leaf, launch, wantsOutput, keeps }: Surroundings,
): Recurrent {
  const { spec, T, N, lengths } = node
  const { mode, hiddenSize: H, numLayers } = spec
  const D = spec.bidirectional ? 2 : 1
  const P = spec.projSize || H
  const columns = gateCount(mode) * H
  const chunk = Math.max(1, Math.floor(chunkFloats / (N * columns)))
  const masked = lengths !== null
  const shares = sharesOf(N * (mode === 'LSTM' ? 2 * H : H), gateCount(mode) * P, N)
  const lengthsOf = lengths && leaf(lengths)
  const states: { h: Value; c: Value }[] = []
  const kept: KeptSequence[] = []
  // An LSTM's states hold h and c side by side; a projected h stands apart.
  const isProjected = spec.projSize > 0
  const width = keeps && mode === 'LSTM' && !isProjected ? 2 * H : P

  let below = value(node.input)
  let depth = spec.inputSize
  let batchMajor = node.order === 'batch' ? { T, N } : null
  for (let layer = 0; layer < numLayers; layer++) {
    const isWanted = wantsOutput || keeps || layer < numLayers - 1
    const histories = Array.from({ length: D }, (_, d) =>
      isWanted ? new History(launch, width, N, d === 1) : null,
    )
    const cells = Array.from({ length: D }, (_, d) =>
      keeps && isProjected ? new History(launch, 2 * H, N, d === 1) : null,
    )
    const first: Pick<KeptSequence, 'h0' | 's0'>[] = []
    for (let direction = 0; direction < D; direction++) {
      const index = layer * D + direction
      const [weights, initial] = [node.directions[index], node.initial[index]]
      if (!weights || !initial) throw new Error(`WebGPU plan: no weights of direction ${index}`)
      const [input, hidden] = [leaf(weights.input), leaf(weights.hidden)]
      const projection = weights.projection && leaf(weights.projection)

      let h = leaf(initial.h)
      // An LSTM keeps h and c side by side; before a projection, h is not the state and its first value is not read.
      let s =
        initial.c === null
          ? h
          : launch(beside(H), { rows: N, columns: 2 * H }, [
              projection ? leaf(initial.c) : h,
              leaf(initial.c),
            ])
      if (initial.c !== null && projection === null) h = s
      first.push({ h0: h, s0: s })
      let p: Handle | null = null
      let chunkStart = 0
      for (let i = 0; i < T; i++) {
        const t = direction === 0 ? i : T - 1 - i
        if (p === null || t < chunkStart || t >= chunkStart + chunk) {
          chunkStart = Math.floor(t / chunk) * chunk
          const rows = Math.min(chunk, T - chunkStart) * N
          p = launch(affine(depth, batchMajor), { rows, columns }, [below, input, chunkStart * N])
        }
        const at = (t - chunkStart) * N
        const mask = lengthsOf === null ? [] : [lengthsOf, t]
        const products = shares
          ? [launch(shareOut(P, shares), { rows: shares.count * N, columns }, [h, hidden])]
          : [hidden]
        switch (mode) {
          case 'LSTM': {
            const args = [...products, ...(isProjected && !shares ? [h] : []), ...mask]
            s = launch(lstmStep(H, P, { isProjected, masked, shares }), { rows: N, columns: 2 * H }, [
              p,
              s,
              at,
              ...args,
            ])
            h = projection
              ? launch(project(H, masked), { rows: N, columns: P }, [s, h, projection, ...mask])
              : s
            break
          }
          case 'GRU': {
            // The bias of its candidate stands among the weights.
            const args = shares ? [hidden, ...products] : products
            h = launch(gruStep(H, masked, shares), { rows: N, columns: H }, [p, h, at, ...args, ...mask])
            break
          }
          case 'RNN_TANH':
          case 'RNN_RELU':
            h = launch(rnnStep(mode, H, masked, shares), { rows: N, columns: H }, [
              ...[p, h, at],
              ...products,
              ...mask,
            ])
            break
          default:
            mode satisfies never
        }
        histories[direction]?.add(h)
        cells[direction]?.add(s)
      }
      states.push({ h: { handle: h, column: 0 }, c: { handle: s, column: H } })
    }
    const hidden = histories.map((history) => history?.gathered() ?? null)
    const [forward, reverse] = hidden
    for (const [direction, states0] of keeps ? first.entries() : []) {
      const h = hidden[direction]
      if (h) kept.push({ x: below, ...states0, h, s: cells[direction]?.gathered() ?? h })
    }
    if (!forward) break
    const size = { rows: T * N, columns: D * P }
    below = reverse ? launch(beside(P), size, [forward, reverse]) : forward
    const factors = node.dropout[layer]
    if (factors) below = launch(multiply, size, [below, leaf(factors)])
    depth = D * P
    batchMajor = null
  }
  return {
    output: () => below,
    state: (index) => {
      const state = states[index]
      if (!state) throw new Error(`WebGPU plan: no state ${index}`)
      return state
    },
    kept: (index) => {
      const sequence = kept[index]
      if (!sequence) throw new Error(`WebGPU plan: nothing was kept of direction ${index}`)
      return sequence
    },
  }
}
