import type { FloatArray } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'

/** A state that a stream keeps: of an RNN or GRU `h`, of an LSTM `[h, c]`. */
export type StreamState = Tensor | readonly Tensor[]

/**
 * A module fed one timestep at a time, without allocating: what `Module.openStream` gives, and {@link SequentialStream} is
 * made of.
 */
export interface ModuleStream {
  /** Numbers that a step gives for each sequence. */
  readonly width: number
  /**
   * The next timestep of every sequence.
   * @param input `(batch, width of the input)`, row-major; it may be a view that the next step overwrites
   * @returns `(batch, width)`: a view that the next step overwrites
   */
  step(input: FloatArray): FloatArray
  /** Copies of the states it keeps, one of each module that has one; absent where a step leaves nothing for the next. */
  readonly states?: readonly StreamState[]
  /** Starts anew: from zeros if null, or from states as `states` gives them. Absent where there are none. */
  reset?(states: readonly StreamState[] | null): void
  /** Starts one sequence of the batch anew; its states are those of `states` without the batch. Absent where there are none. */
  resetSequence?(sequence: number, states: readonly StreamState[] | null): void
  /** Gives memory back. Absent where it holds none of its own. */
  dispose?(): void
}
