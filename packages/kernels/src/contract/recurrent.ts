/**
 * The contract between the layers above and whatever computes: typed arrays in, typed arrays out.
 *
 * Letters used in every shape of this package: `T` timesteps, `N` batch, `R` rows of a packed sequence (the sum
 * of its batch sizes; `T * N` where every sequence is equally long), `D` directions (1 or 2), `I` input size,
 * `H` hidden size, `P` width of the hidden state (projection size, or `H` without a projection), `G` gates.
 */

// For users whose `lib` does not have it; `esnext.disposable` and @types/node declare the same.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol
  }
}

/** The arithmetic's element types. */
export type FloatDType = 'float32' | 'float64'

/** Elements of a {@link FloatDType}. */
export type FloatArray = Float32Array | Float64Array

/** PyTorch's mode strings: which recurrence is computed. */
export type RecurrentMode = 'RNN_TANH' | 'RNN_RELU' | 'LSTM' | 'GRU'

/** Everything about a stack of recurrent layers that its weights do not say. */
export interface RecurrentSpec {
  readonly mode: RecurrentMode
  readonly dtype: FloatDType
  /** `I`, at least 1. */
  readonly inputSize: number
  /** `H`, at least 1. */
  readonly hiddenSize: number
  /** `P` of an LSTM with projections; 0 where there is none. */
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
 * They are a copy: later changes to the arrays they were packed from do not show before {@link PackedWeights.update}.
 */
export interface PackedWeights {
  readonly spec: RecurrentSpec
  /** Bytes the engine holds for them. */
  readonly byteLength: number
  /** True if packing them again would serve better, as after `setNumThreads`; they work still. */
  readonly stale: boolean
  /** True after {@link PackedWeights.dispose}. */
  readonly disposed: boolean
  /** How often they were updated. A tape remembers it: weights of another version are not those it ran with. */
  readonly version: number
  /**
   * Packs other weights of the same spec into the same memory, as after a step of an optimiser. Streams and later calls
   * use the new ones; tapes of earlier calls throw. Where it throws, nothing has changed.
   * @throws RangeError on a wrong length or count, TypeError on a wrong element type, Error after `dispose`
   */
  update(weights: readonly DirectionWeights[]): void
  /** Gives the memory back. Using the weights afterwards throws; disposing twice does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

/** One whole sequence, or a packed batch of sequences. */
export interface RecurrentInput {
  /** `(R, I)`: the rows of timestep 0, then of timestep 1, and so on; `(N, T, I)` if `batchFirst`. */
  readonly input: FloatArray
  /**
   * `(T)`: how many sequences are still running at each timestep, never increasing: row `n` of a timestep belongs
   * to sequence `n`. `batchSizes[0]` is `N`. A batch of equally long sequences repeats `N`, which may be 0.
   */
  readonly batchSizes: Int32Array
  /** `input` and `output` are batch-major. Only where every batch size is `N`. Default false. */
  readonly batchFirst?: boolean
  /** `(numLayers * D, N, P)`; zeros if null. */
  readonly h0: FloatArray | null
  /** LSTM: `(numLayers * D, N, H)`; zeros if null. Null for every other mode. */
  readonly c0: FloatArray | null
  /**
   * `(numLayers - 1, R, D * P)`: factors the output of each layer but the last is multiplied with before it enters
   * the next: 0 or `1 / (1 - p)`, in time-major row order also if `batchFirst`. Null without dropout. Default null.
   */
  readonly dropout?: FloatArray | null
  /** LSTM: give the last layer's cell states of all timesteps too. Default false. */
  readonly returnCells?: boolean
}

/** Fresh arrays, owned by the caller. Rows `layer * D + direction` of the states are those of PyTorch. */
export interface RecurrentOutput {
  /** `(R, D * P)`, or `(N, T, D * P)` if `batchFirst`. The reverse direction stands in columns `P` and up. */
  readonly output: FloatArray
  /** `(numLayers * D, N, P)`: each sequence's state after its own last timestep. */
  readonly hn: FloatArray
  /** LSTM: `(numLayers * D, N, H)`; else null. */
  readonly cn: FloatArray | null
  /**
   * `(R, D * H)` in the order of `output`: the last layer's cell states of all timesteps, if `returnCells`; else null or
   * absent. An engine that does not give them refuses the call.
   */
  readonly cells?: FloatArray | null
}

/**
 * A recurrence fed one timestep at a time, for audio and control loops: it keeps its states in the engine's memory and
 * allocates nothing per step.
 */
export interface RecurrentStream {
  /** `N`: how many sequences run side by side. */
  readonly batch: number
  /**
   * The next timestep.
   * @param input `(N, I)`
   * @returns `(N, P)`: an array that the next step overwrites
   * @throws RangeError on another size, TypeError on another element type
   */
  step(input: FloatArray): FloatArray
  /** `(numLayers, N, P)`: a copy of the hidden states. */
  readonly h: FloatArray
  /** LSTM: `(numLayers, N, H)`, a copy of the cell states; else null. */
  readonly c: FloatArray | null
  /** Starts anew from the states given, shaped as `h` and `c`; from zeros if null. */
  reset(h?: FloatArray | null, c?: FloatArray | null): void
  /** Gives the memory back, as does the garbage collector for streams that were dropped. Using it afterwards throws. */
  dispose(): void
  [Symbol.dispose](): void
}
