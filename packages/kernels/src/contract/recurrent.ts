/**
 * The contract between the layers above and whatever computes: typed arrays in, typed arrays out.
 *
 * Letters used in every shape of this package: `T` timesteps, `N` batch, `R` rows of a packed sequence (the sum
 * of its batch sizes; `T * N` where every sequence is equally long), `D` directions (1 or 2), `I` input size,
 * `H` hidden size, `P` width of the hidden state (projection size, or `H` without a projection), `G` gates.
 */

// For users whose `lib` does not declare it. `esnext.disposable` and @types/node declare the same.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol
  }
}

/** The element types that engines compute with. */
export type FloatDType = 'float32' | 'float64'

/** Elements of a {@link FloatDType}. */
export type FloatArray = Float32Array | Float64Array

/** PyTorch's mode strings: which recurrence is computed. */
export type RecurrentMode = 'RNN_TANH' | 'RNN_RELU' | 'LSTM' | 'GRU'

/** Everything about a stack of recurrent layers except its weights. */
export interface RecurrentSpec {
  readonly mode: RecurrentMode
  readonly dtype: FloatDType
  /** `I`, at least 1. */
  readonly inputSize: number
  /** `H`, at least 1. */
  readonly hiddenSize: number
  /** `P` of an LSTM with projections; 0 without a projection. */
  readonly projSize: number
  /** At least 1. Layer k > 0 takes the `D * P` outputs of layer k - 1. */
  readonly numLayers: number
  readonly bidirectional: boolean
}

/** The weights of one direction of one layer, in PyTorch's layout: row-major, gates stacked by rows. */
export interface DirectionWeights {
  /** `(G*H, I)`, or `(G*H, D*P)` above layer 0. Gate order: LSTM i, f, g, o; GRU r, z, n. */
  readonly weightIh: FloatArray
  /** `(G*H, P)` */
  readonly weightHh: FloatArray
  /** `(G*H)`, or null without biases. */
  readonly biasIh: FloatArray | null
  /** `(G*H)`, or null without biases. */
  readonly biasHh: FloatArray | null
  /** `(P, H)`, or null without a projection. */
  readonly weightHr: FloatArray | null
}

/**
 * Weights an engine keeps in its own layout and memory, ready for any number of {@link Engine.recurrent} calls.
 * They are a copy: later changes to the original arrays have no effect before {@link PackedWeights.update}.
 */
export interface PackedWeights {
  readonly spec: RecurrentSpec
  /** Bytes that the engine holds for them. */
  readonly byteLength: number
  /** True if packing them again would make them faster, for example after `setNumThreads`. They still work. */
  readonly stale: boolean
  /** True after {@link PackedWeights.dispose}. */
  readonly disposed: boolean
  /** How often they were updated. A tape remembers it, and refuses weights of another version. */
  readonly version: number
  /**
   * Packs other weights of the same spec into the same memory, for example after a step of an optimiser. Streams and
   * later calls use the new ones; tapes of earlier calls throw. If it throws, nothing has changed.
   * @throws RangeError on a wrong length or count, TypeError on a wrong element type, Error after `dispose`
   */
  update(weights: readonly DirectionWeights[]): void
  /** Frees the memory. Using the weights afterwards throws; disposing twice does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

/** One whole sequence, or a packed batch of sequences. */
export interface RecurrentInput {
  /** `(R, I)`: the rows of timestep 0, then of timestep 1, and so on; `(N, T, I)` if `batchFirst`. */
  readonly input: FloatArray
  /**
   * `(T)`: how many sequences are still running at each timestep, never increasing. Row `n` of a timestep belongs to
   * sequence `n`. `batchSizes[0]` is `N`. A batch of equally long sequences repeats `N`, which may be 0.
   */
  readonly batchSizes: Int32Array
  /** `input` and `output` are batch-major. Only if every batch size is `N`. Default false. */
  readonly batchFirst?: boolean
  /** `(numLayers * D, N, P)`; zeros if null. */
  readonly h0: FloatArray | null
  /** LSTM: `(numLayers * D, N, H)`; zeros if null. Null for every other mode. */
  readonly c0: FloatArray | null
  /**
   * `(numLayers - 1, R, D * P)`: factors for the outputs of each layer but the last, before they enter the next layer:
   * 0 or `1 / (1 - p)`. The rows are in time-major order, also if `batchFirst`. Null without dropout. Default null.
   */
  readonly dropout?: FloatArray | null
  /** LSTM: also return the last layer's cell states of all timesteps. Default false. */
  readonly returnCells?: boolean
}

/**
 * Fresh arrays, owned by the caller. As in PyTorch, row `layer * D + direction` of a state belongs to that layer and
 * direction.
 */
export interface RecurrentOutput {
  /** `(R, D * P)`, or `(N, T, D * P)` if `batchFirst`. The reverse direction has the columns from `P` on. */
  readonly output: FloatArray
  /** `(numLayers * D, N, P)`: each sequence's state after its own last timestep. */
  readonly hn: FloatArray
  /** LSTM: `(numLayers * D, N, H)`; else null. */
  readonly cn: FloatArray | null
  /**
   * `(R, D * H)` in the order of `output`: the last layer's cell states of all timesteps, if `returnCells`; else null
   * or absent. An engine that cannot return them refuses the call.
   */
  readonly cells?: FloatArray | null
}

/**
 * A recurrence that is fed one timestep at a time, for audio and control loops. It keeps its states in the engine's
 * memory, and a step allocates nothing.
 */
export interface RecurrentStream {
  /** `N`: how many sequences run side by side. */
  readonly batch: number
  /**
   * Computes the next timestep.
   * @param input `(N, I)`
   * @returns `(N, P)`: an array that the next step overwrites
   * @throws RangeError on another size, TypeError on another element type
   */
  step(input: FloatArray): FloatArray
  /** `(numLayers, N, P)`: a copy of the hidden states. */
  readonly h: FloatArray
  /** LSTM: `(numLayers, N, H)`, a copy of the cell states; else null. */
  readonly c: FloatArray | null
  /** Starts again from the given states, shaped as `h` and `c`; from zeros if null. */
  reset(h?: FloatArray | null, c?: FloatArray | null): void
  /**
   * Frees the memory. For streams that were dropped, the garbage collector does it. Using the stream afterwards throws.
   */
  dispose(): void
  [Symbol.dispose](): void
}
