import { sizesOf } from '@unroll/kernels/spec'
import type { RecurrentNode } from '../graph.ts'
import type { GlRun } from './glRun.ts'
import type { Grid } from './grid.ts'

/** How many texels of the inputs' share of the gates are held at once: 64 MiB, of four floats each. */
const chunkTexels = 2 ** 22

/** The layouts of a sequence's matrices. A timestep is one block. */
export interface SequenceGrids {
  /** Hidden states, `(T * N, D * P)`. */
  readonly hidden: Grid
  /** The inputs' share of the gates, `(chunk * N, H)`. */
  readonly shares: Grid
  /** All states of an LSTM, `(T * N, H)`; null unless they are kept. */
  readonly cells: Grid | null
}

/** @param keeps whether the states of all timesteps are kept, for gradients */
export function sequenceGrids({ spec, T, N }: RecurrentNode, run: GlRun, keeps: boolean): SequenceGrids {
  const { D, H, P } = sizesOf(spec)
  const chunk = Math.min(roundedUp(T), Math.max(1, Math.floor(chunkTexels / (N * H))))
  return {
    hidden: run.grid(T * N, D * P, N),
    shares: run.grid(chunk * N, H, N),
    cells: keeps && spec.mode === 'LSTM' ? run.grid(T * N, H, N) : null,
  }
}

/**
 * Rounds up, by a quarter at most. Kernels are compiled for the sizes of their textures, so sequences of nearly the same
 * length share them.
 */
function roundedUp(timesteps: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(timesteps)) - 2)
  return Math.max(8, Math.ceil(timesteps / step) * step)
}
