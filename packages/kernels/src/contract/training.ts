import type {
  DirectionWeights,
  FloatArray,
  PackedWeights,
  RecurrentInput,
  RecurrentOutput,
} from './recurrent.ts'

/** The gradients of a loss with respect to a {@link RecurrentOutput}, each shaped as it. Null stands for zeros. */
export interface OutputGradients {
  /** `(R, D * P)`, or `(N, T, D * P)` if the call was `batchFirst`. */
  readonly output: FloatArray | null
  /** `(numLayers * D, N, P)` */
  readonly hn: FloatArray | null
  /** LSTM: `(numLayers * D, N, H)`. Null for every other mode. */
  readonly cn: FloatArray | null
}

/**
 * Which gradients are wanted: those of frozen weights, say, are not, and the products that make them are left out.
 * What is absent is wanted.
 */
export interface WantedGradients {
  readonly input?: boolean
  readonly h0?: boolean
  readonly c0?: boolean
  /** An entry for each direction, in the order the weights were packed in. */
  readonly weights?: readonly { readonly [weight in keyof DirectionWeights]?: boolean }[]
}

/** The gradients of the weights of one direction of one layer, each shaped as the weight; null where not wanted. */
export type DirectionGradients = { readonly [weight in keyof DirectionWeights]: FloatArray | null }

/**
 * The gradients of the same loss with respect to everything that went in. Fresh arrays, owned by the caller; null where
 * they are not wanted.
 */
export interface RecurrentGradients {
  /** `(R, I)`, or `(N, T, I)` if the call was `batchFirst`. */
  readonly input: FloatArray | null
  /** `(numLayers * D, N, P)`, also where `h0` was null. */
  readonly h0: FloatArray | null
  /** LSTM: `(numLayers * D, N, H)`, also where `c0` was null; else null. */
  readonly c0: FloatArray | null
  /**
   * Shaped and ordered as the weights that were packed, null where they are. Summed over timesteps and sequences; the
   * two biases of an RNN or LSTM have equal gradients, in arrays of their own.
   */
  readonly weights: readonly DirectionGradients[]
}

/**
 * The results of a sequence and what its engine kept to walk it backward: gates, states, or only the arguments to
 * compute them again from. It is independent of the arrays it was made from, and of those it gave out. The packed
 * weights must stay, not updated, until its last {@link RecurrentTape.backward}.
 *
 * `Gradients` is {@link RecurrentGradients}; for a device engine, a promise of them.
 */
export interface RecurrentTape<Gradients = RecurrentGradients> extends RecurrentOutput {
  /**
   * Backpropagation through time. May be called again, with other gradients or the same.
   * @param wanted default: all of them
   * @throws RangeError on a gradient of the wrong length, TypeError on a wrong element type, Error after the tape or its
   * weights were disposed, or the weights updated
   */
  backward(gradients: OutputGradients, wanted?: WantedGradients): Gradients
  /** Gives the memory back. `backward` throws afterwards; disposing twice does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

/** What an engine that computes gradients has. */
export interface HostTraining {
  /**
   * As {@link HostEngine.recurrent}, kept on a tape from which gradients can be had.
   *
   * @example
   * using tape = engine.training.recurrent(packedWeights, call)
   * const { input, weights } = tape.backward({ output: dOutput, hn: null, cn: null })
   */
  recurrent(weights: PackedWeights, input: RecurrentInput): RecurrentTape
}

/** As {@link HostTraining}, asynchronously. */
export interface DeviceTraining {
  recurrent(
    weights: PackedWeights,
    input: RecurrentInput,
  ): Promise<RecurrentTape<Promise<RecurrentGradients>>>
}
