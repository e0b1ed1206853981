import { gateCount } from '@unroll/kernels/spec'
import type { Texture } from '../gpujs/types.ts'
import type { RecurrentNode } from '../graph.ts'
import { multiply } from '../sourceParts.ts'
import type { Argument } from './glLauncher.ts'
import type { GlMatrix, GlRun } from './glRun.ts'
import { corner, type Grid } from './grid.ts'
import { affine, affine4, gruStep, lstmStep, project, rnnStep, second, upload2, zeros2 } from './sources.ts'

/** The results of a sequence. */
export interface Recurrent {
  /** `(T * N, D * P)`, by time */
  output(): GlMatrix
  /** `(N, P)` or `(N, H)` after the last timestep, of layer and direction `index` */
  state(index: number, which: 'h' | 'c'): GlMatrix
  /** `(N, D * P)`: h of the last layer, directions side by side */
  last(): GlMatrix
  /** Of layer and direction `index`; only where the run asks for it. */
  kept(index: number): KeptSequence
}

/** What a direction read and wrote, to walk it backward. Rows are all timesteps', by time. */
export interface KeptSequence {
  /** `(T * N, K)`: the layer's input, dropout included */
  readonly x: GlMatrix
  /** `(T * N, D * P)`: hidden states of both directions */
  readonly h: GlMatrix
  /** LSTM: `(T * N, H)`, two numbers a texel: h before a projection, and c */
  readonly s: GlMatrix | null
}

/** Texels of inputs' shares of the gates that are held at once: 64 MiB of four floats. */
const chunkTexels = 2 ** 22

/** Grids of a sequence, a timestep a block. */
export interface SequenceGrids {
  /** `(T * N, D * P)` */
  readonly hidden: Grid
  /** `(chunk * N, H)`: inputs' shares of the gates */
  readonly shares: Grid
  /** `(T * N, H)`, where every state of an LSTM is kept */
  readonly cells: Grid | null
}

export function sequenceGrids({ spec, T, N }: RecurrentNode, run: GlRun, keeps: boolean): SequenceGrids {
  const { mode, hiddenSize: H, projSize } = spec
  const chunk = Math.min(roundedUp(T), Math.max(1, Math.floor(chunkTexels / (N * H))))
  return {
    hidden: run.grid(T * N, (spec.bidirectional ? 2 : 1) * (projSize || H), N),
    shares: run.grid(chunk * N, H, N),
    cells: keeps && mode === 'LSTM' ? run.grid(T * N, H, N) : null,
  }
}

/**
 * Runs a sequence, layer by layer and direction by direction: one launch a timestep, two with a projection, whose result is
 * copied into a texture of all timesteps. The inputs' share of the gates is computed by one launch for a chunk of timesteps.
 */
export function recurrentOf(
  node: RecurrentNode,
  run: GlRun,
  wantsOutput: boolean,
  keeps: boolean,
): Recurrent {
  const { spec, T, N, lengths } = node
  const { mode, hiddenSize: H, numLayers } = spec
  const { launcher, context } = run
  const D = spec.bidirectional ? 2 : 1
  const P = spec.projSize || H
  // A state of one row would be laid out differently: a second one computes what nobody reads.
  const rows = Math.max(N, 2)
  const [hidden, cells] = [
    { width: P, height: rows },
    { width: H, height: rows },
  ]
  const masked = lengths !== null
  const states: { readonly h: Texture; readonly s: Texture }[] = []
  const kept: KeptSequence[] = []

  const { hidden: grid, shares, cells: cellGrid } = run.sequenceGrids(node)
  const chunk = shares.rows / N

  const lengthsOf = lengths && run.upload({ data: extended(lengths.data, 1, rows), rows, columns: 1 }).texture
  let below = run.matrix(node.input)
  let depth = spec.inputSize
  let order = node.order === 'batch' ? { T, N } : null
  for (let layer = 0; layer < numLayers; layer++) {
    const isWanted = wantsOutput || keeps || layer < numLayers - 1
    const history = isWanted ? run.blank(grid) : null
    for (let direction = 0; direction < D; direction++) {
      const index = layer * D + direction
      const [weights, initial] = [node.directions[index], node.initial[index]]
      if (!weights || !initial) throw new Error(`webgl: no weights of direction ${index}`)
      const [input, recurrent] = [run.weight(weights.input).texture, run.weight(weights.hidden).texture]
      const projection = weights.projection && run.weight(weights.projection).texture

      const start = (data: Float32Array, columns: number): Float32Array => extended(data, columns, rows)
      let h: Texture
      let s: Texture
      if (initial.c === null) {
        h = run.upload({ data: start(initial.h.data, P), rows, columns: P }).texture
        s = h
      } else {
        const c = launcher.input(start(initial.c.data, H), H)
        h = projection
          ? run.upload({ data: start(initial.h.data, P), rows, columns: P }).texture
          : run.blank(hidden)
        s = launcher.launch(upload2, cells, [projection ? c : launcher.input(start(initial.h.data, H), H), c])
        if (!projection) h = s
      }

      const shareSource = (gateCount(mode) > 1 ? affine4 : affine)(depth, below.grid, shares, order)
      const cellHistory = cellGrid && { grid: cellGrid, texture: launcher.launch(zeros2, cellGrid, []) }
      if (keeps && history) kept.push({ x: below, h: { texture: history, grid }, s: cellHistory })
      let p: Texture | null = null
      let first = 0
      for (let i = 0; i < T; i++) {
        const t = direction === 0 ? i : T - 1 - i
        if (p === null || t < first || t >= first + chunk) {
          if (p) launcher.release(p)
          first = Math.floor(t / chunk) * chunk
          p = launcher.launch(shareSource, shares, [below.texture, input, first * N])
        }
        const { x, y } = corner(shares, t - first)
        const mask: readonly Argument[] = lengthsOf === null ? [] : [lengthsOf, t]
        const before = [h, s]
        switch (mode) {
          case 'LSTM':
            s = launcher.launch(lstmStep(P, projection !== null, masked), cells, [
              ...[p, s, recurrent, y, x],
              ...(projection ? [h] : []),
              ...mask,
            ])
            h = projection ? launcher.launch(project(H, masked), hidden, [s, h, projection, ...mask]) : s
            break
          case 'GRU':
            h = launcher.launch(gruStep(P, masked), cells, [p, h, recurrent, y, x, ...mask])
            s = h
            break
          case 'RNN_TANH':
          case 'RNN_RELU':
            h = launcher.launch(rnnStep(mode, P, masked), cells, [p, h, recurrent, y, x, ...mask])
            s = h
            break
          default:
            mode satisfies never
        }
        for (const texture of before) launcher.release(texture)
        if (history) {
          const at = corner(grid, t)
          context.copy(h, history, { x: at.x + direction * P, y: at.y, width: P, height: N })
        }
        if (cellHistory) {
          context.copy(s, cellHistory.texture, { ...corner(cellHistory.grid, t), width: H, height: N })
        }
      }
      if (p) launcher.release(p)
      states.push({ h, s })
    }
    if (!history) break
    below = { texture: history, grid }
    const factors = node.dropout[layer]
    if (factors) {
      const { texture } = run.upload(factors, N)
      below = { grid, texture: launcher.launch(multiply, grid, [history, texture]) }
    }
    depth = D * P
    order = null
  }

  const stateOf = (index: number): { readonly h: Texture; readonly s: Texture } => {
    const state = states[index]
    if (!state) throw new Error(`webgl: no state ${index}`)
    return state
  }
  return {
    output: () => below,
    state: (index, which) => {
      const { h, s } = stateOf(index)
      return which === 'h'
        ? { texture: h, grid: run.grid(N, P) }
        : { texture: launcher.launch(second, cells, [s]), grid: run.grid(N, H) }
    },
    kept: (index) => {
      const sequence = kept[index]
      if (!sequence) throw new Error(`webgl: nothing was kept of direction ${index}`)
      return sequence
    },
    last: () => {
      const grid = run.grid(N, D * P)
      const texture = run.blank(grid)
      for (let direction = 0; direction < D; direction++) {
        const { h } = stateOf((numLayers - 1) * D + direction)
        context.copy(h, texture, { x: direction * P, y: 0, width: P, height: N })
      }
      return { texture, grid }
    },
  }
}

/**
 * A quarter more at most, so that sequences of nearly equal length share their kernels: sizes of textures are written into
 * those.
 */
function roundedUp(timesteps: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(timesteps)) - 2)
  return Math.max(8, Math.ceil(timesteps / step) * step)
}

/** With rows of zeros below. */
export function extended(data: Float32Array, columns: number, rows: number): Float32Array {
  if (data.length === rows * columns) return data
  const result = new Float32Array(rows * columns)
  result.set(data)
  return result
}
