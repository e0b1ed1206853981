import type { HostNode } from '../graph.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'

/** What both schedules need of a backend. `H` is the backend's type for a matrix on the device. */
export interface Emitter<H> {
  /** Weights, sent to the device if they are not there. */
  resident(matrix: ResidentMatrix): H
  /** Hidden states of all timesteps, or their gradients, times `factors`: both `(T * N, D * P)`. */
  dropout(x: H, factors: HostNode): H
  /** Frees matrices that no later launch reads. */
  release(matrices: readonly H[]): void
}

/** Gathers the matrices of single timesteps into one of all timesteps, ordered by time. */
export interface Collector<H> {
  /** @param t the timestep; they are added in the order of the direction, or in the opposite one */
  add(matrix: H, t: number): void
  gathered(): H
}
