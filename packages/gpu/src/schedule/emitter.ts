import type { HostNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'

/** What a schedule asks of a backend on every walk; `H` is what stands for a matrix on the device. */
export interface Emitter<H> {
  /** Weights, sent to the device if they are not there. */
  resident(matrix: ResidentMatrix): H
  /** Hidden states of all timesteps, or their gradients, times `factors`: both `(T * N, D * P)`. */
  dropout(x: H, factors: HostNode): H
  /** Nothing reads these any more. */
  release(matrices: readonly H[]): void
}

/** Gathers the matrices of single timesteps into one of all timesteps, ordered by time. */
export interface Collector<H> {
  /** @param t the timestep; they come in the order of a direction, forward or backward */
  add(matrix: H, t: number): void
  gathered(): H
}
