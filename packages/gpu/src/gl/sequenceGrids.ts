import { sizesOf } from '@unroll/kernels/spec'
import type { RecurrentNode } from '../graph.ts'
import type { GlRun } from './glRun.ts'
import type { Grid } from './grid.ts'

/** Texels of inputs' shares of the gates that are held at once: 64 MiB of four floats. */
const chunkTexels = 2 ** 22

/** Grids of a sequence. A timestep is one block. */
export interface SequenceGrids {
  /** `(T * N, D * P)` */
  readonly hidden: Grid
  /** `(chunk * N, H)`: inputs' shares of the gates */
  readonly shares: Grid
  /** `(T * N, H)`, where every state of an LSTM is kept */
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
 * More timesteps, by a quarter at most, so that sequences of nearly equal length share their kernels: the sizes of textures
 * are written into those.
 */
function roundedUp(timesteps: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(timesteps)) - 2)
  return Math.max(8, Math.ceil(timesteps / step) * step)
}
