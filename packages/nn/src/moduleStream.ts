import type { FloatArray } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'

/** A state that a stream keeps: `h` for an RNN or GRU, `[h, c]` for an LSTM. */
export type StreamState = Tensor | readonly Tensor[]

/**
 * A module that is fed one timestep at a time, without allocating. `Module.openStream` returns it. A
 * {@link SequentialStream} is made of such streams.
 */
export interface ModuleStream {
  /** How many numbers a step returns for each sequence. */
  readonly width: number
  /**
   * Computes the next timestep of every sequence.
   * @param input `(batch, width of the input)`, row-major; it may be a view that the next step overwrites
   * @returns `(batch, width)`: a view that the next step overwrites
   */
  step(input: FloatArray): FloatArray
  /** Copies of its states, one for each module that keeps a state. Absent if no module does. */
  readonly states?: readonly StreamState[]
  /** Starts again, from zeros if null, or from states in the form of `states`. Absent if there are no states. */
  reset?(states: readonly StreamState[] | null): void
  /**
   * Starts one sequence of the batch again. Its states have the form of `states` without the batch. Absent if there are
   * no states.
   */
  resetSequence?(sequence: number, states: readonly StreamState[] | null): void
  /** Frees memory. Absent if the stream holds none of its own. */
  dispose?(): void
}
