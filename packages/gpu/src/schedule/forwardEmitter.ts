import type { Direction } from './direction.ts'
import type { Collector, Emitter } from './emitter.ts'

/** The states of a direction between two timesteps. */
export interface State<H> {
  /** The hidden state `(N, P)`. */
  readonly h: H
  /** What a step computes: an LSTM's h before the projection and c, in the backend's layout; else the same as `h`. */
  readonly s: H
}

/** Which timestep a step computes, and with what. */
export interface Timestep<H> {
  readonly t: number
  /** The inputs' share of the gates, of several timesteps. */
  readonly p: H
  /** This timestep's position among those of `p`. */
  readonly at: number
}

/** The launches that compute a sequence. */
export interface ForwardEmitter<H> extends Emitter<H> {
  /** How many timesteps {@link ForwardEmitter.projectInputs} computes at once. */
  readonly chunk: number
  /** The states before the first timestep. */
  initial(direction: Direction<H>): State<H>
  /** Starts to gather the hidden states of a layer, each side on its own. `keeps` tells whether gradients will read them. */
  hiddens(keeps: boolean): (side: number) => Collector<H>
  /**
   * Starts to gather all states of a direction for its gradients; null if those that {@link ForwardEmitter.hiddens}
   * gathers are all.
   */
  cells(direction: Direction<H>): Collector<H> | null
  /** `x W_ih + b` of the timesteps from `first` on. */
  projectInputs(direction: Direction<H>, x: H, first: number): H
  /** One timestep: the next `s`. */
  step(direction: Direction<H>, timestep: Timestep<H>, state: State<H>): H
  /** `W_hr h` from the next `s`. `state` has the `h` before too, which sequences that have ended keep. */
  project(projection: H, state: State<H>, t: number): H
  /** The hidden states of a layer's directions, as they were gathered, in one matrix `(T * N, D * P)`. */
  beside(hiddens: readonly H[]): H
}
