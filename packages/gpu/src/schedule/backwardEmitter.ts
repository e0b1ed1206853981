import type { BackwardNode } from '../graph.ts'
import type { Through } from '../sourceParts.ts'
import type { Direction } from './direction.ts'
import type { Collector, Emitter } from './emitter.ts'
import type { Kept } from './forward.ts'

/** What the walk of a direction begins with. */
export interface WalkStart<H> {
  readonly direction: Direction<H>
  readonly kept: Kept<H>
  /** Gradients of the last states, on the host. */
  readonly final: BackwardNode['final'][number]
  /** `(T * N, D * P)`: gradient of the layer's output. */
  readonly y: H
}

/**
 * The launches that walk one direction backward. `d` is the gradient of a timestep's gates, `dh` and `dc` those of its
 * states, `dm` that of its hidden state before the projection.
 */
export interface Walk<H> {
  /** Starts to gather `d` of all timesteps. */
  gates(): Collector<H>
  /** Starts to gather `dh` of all timesteps. */
  hiddens(): Collector<H>
  /** `dh` of the last timestep. */
  lastHidden(t: number): H
  /** `dc` of the last timestep, null unless it is an LSTM. */
  lastCell(): H | null
  /** `dm` of `dh`; `dh` itself without a projection. */
  projectBack(dh: H): H
  /** `d` of a timestep. */
  gradient(t: number, dm: H, dc: H | null): H
  /** `dc` of the timestep before; null unless it is an LSTM. */
  cellBefore(t: number, d: H, dm: H, dc: H | null): H | null
  /** `dh` of the timestep before, which is `earlier`; if that is null, the gradient of the initial state. */
  hiddenBefore(t: number, d: H, dh: H, earlier: number | null): H
  /** The hidden states before each timestep, `(T * N, P)`. */
  hiddensBefore(): H
  /** Frees what the walk computed for itself. */
  end(): void
}

/** The launches that walk a sequence backward. */
export interface BackwardEmitter<H> extends Emitter<H> {
  /** Begins the walk of a direction. Computes the gates of all timesteps again. */
  walk(start: WalkStart<H>): Walk<H>
  /** What a layer above the first read, with zeros after the end of each sequence. */
  running(x: H): H
  /** `(G*H, K + 1)`: gradient of `W_ih` or `W_hh` and its bias, from `d` and the other factor, `x`. */
  weightGradient(layer: number, through: Through, d: H, x: H): H
  /** `(P, H)`: gradient of `W_hr`, from `dh` and the states of all timesteps. */
  projectionGradient(dh: H, s: H): H
  /** `(T * N, K)`: gradient of what `layer` read, from `d` and `W_ih` of its directions. */
  inputGradient(layer: number, directions: readonly { readonly d: H; readonly weight: H }[]): H
}
