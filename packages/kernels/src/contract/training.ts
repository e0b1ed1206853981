import type {
  DirectionWeights,
  FloatArray,
  PackedWeights,
  RecurrentInput,
  RecurrentOutput,
} from './recurrent.ts'

/** How much a tape keeps until `backward`. */
export interface TapeOptions {
  /**
   * - `'states'`, the default: what every timestep computed. The fastest, and the most memory.
   * - `'arguments'`: only the arrays that went in, and no copies of them. `backward` runs the sequence again: right where most tapes
   *   are dropped without one.
   * - `{ checkpointEvery: k }`: the states h and c of every k-th timestep. `backward` runs k timesteps again at a time. With two
   *   directions, the outputs of inner layers are kept too. For sequences too long for memory, such as 10,000 timesteps with
   *   `k = 100`. Here, too, the arrays that went in are kept and not copied.
   *
   * An engine may keep less than it is asked to: devices always keep the arguments.
   */
  readonly keep?: 'states' | 'arguments' | { readonly checkpointEvery: number }
}

/**
 * The gradients of a loss with respect to a {@link RecurrentOutput}, each with the same shape. Null stands for zeros.
 */
export interface OutputGradients {
  /** `(R, D * P)`, or `(N, T, D * P)` if the call was `batchFirst`. */
  readonly output: FloatArray | null
  /** `(numLayers * D, N, P)` */
  readonly hn: FloatArray | null
  /** LSTM: `(numLayers * D, N, H)`. Null for every other mode. */
  readonly cn: FloatArray | null
}

/**
 * Which gradients are wanted. Those of frozen weights, for example, are not, and the products for them are left out.
 * What is absent is wanted.
 */
export interface WantedGradients {
  readonly input?: boolean
  readonly h0?: boolean
  readonly c0?: boolean
  /** An entry for each direction, in the order the weights were packed in. */
  readonly weights?: readonly WantedDirection[]
  /** Only wanted if it is true: {@link RecurrentGradients.factors}. */
  readonly factors?: boolean
}

/** Which gradients of the weights of a direction are wanted. */
export type WantedDirection = { readonly [weight in keyof DirectionWeights]?: boolean }

/** The gradients of the weights of one direction of one layer, each shaped as the weight; null if not wanted. */
export type DirectionGradients = { readonly [weight in keyof DirectionWeights]: FloatArray | null }

/**
 * The gradients of the same loss with respect to all inputs. They are fresh arrays, owned by the caller; null if not
 * wanted.
 */
export interface RecurrentGradients {
  /** `(R, I)`, or `(N, T, I)` if the call was `batchFirst`. */
  readonly input: FloatArray | null
  /** `(numLayers * D, N, P)`, also if `h0` was null. */
  readonly h0: FloatArray | null
  /** LSTM: `(numLayers * D, N, H)`, also if `c0` was null; else null. */
  readonly c0: FloatArray | null
  /**
   * Shaped and ordered as the packed weights; null for a weight that is null. They are summed over timesteps and
   * sequences. The two biases of an RNN or LSTM have equal gradients, in separate arrays.
   */
  readonly weights: readonly DirectionGradients[]
  /**
   * What the gradients of the weights are products of, for {@link HostTraining.weightGradients} of the same engine. Only of a call of
   * one timestep through one layer and direction without projection, and only if wanted.
   */
  readonly factors?: FloatArray | null
}

/**
 * The results of a sequence, and what its engine kept for the way back: gates, states, or only the arguments to compute
 * them again. It is independent of the arrays that came out, and with `keep: 'states'` of those that went in; else these must not
 * change before its last {@link RecurrentTape.backward}. Nor may the packed weights be disposed or updated before it.
 *
 * `Gradients` is {@link RecurrentGradients}; for a device engine, a promise of them.
 */
export interface RecurrentTape<Gradients = RecurrentGradients> extends RecurrentOutput {
  /**
   * Backpropagation through time. It may be called again, with the same or other gradients.
   * @param wanted default: all of them
   * @throws RangeError on a gradient of the wrong length, TypeError on a wrong element type, Error after the tape or its
   * weights were disposed, or the weights updated
   */
  backward(gradients: OutputGradients, wanted?: WantedGradients): Gradients
  /** Frees the memory. `backward` throws afterwards; disposing twice does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

/** The training part of an engine that computes gradients. */
export interface HostTraining {
  /**
   * Like {@link HostEngine.recurrent}, but returns a tape, which computes gradients.
   *
   * @example
   * using tape = engine.training.recurrent(packedWeights, call)
   * const { input, weights } = tape.backward({ output: dOutput, hn: null, cn: null })
   *
   * @throws RangeError on options that there are not, TypeError on options of another type
   */
  recurrent(weights: PackedWeights, input: RecurrentInput, options?: TapeOptions): RecurrentTape
  /**
   * The gradients of weights, summed over calls of one timestep. One product of many rows takes less time than many products of few:
   * so a loop of cells gets them. Engines that do without it do not have it.
   * @param factors what the tapes of the calls gave as {@link RecurrentGradients.factors}
   * @param wanted default: all of them
   * @throws RangeError on factors of other weights, TypeError on weights of another engine
   */
  weightGradients?(
    weights: PackedWeights,
    factors: readonly FloatArray[],
    wanted?: WantedDirection,
  ): DirectionGradients
}

/** Like {@link HostTraining}, but asynchronous. */
export interface DeviceTraining {
  recurrent(
    weights: PackedWeights,
    input: RecurrentInput,
    options?: TapeOptions,
  ): Promise<RecurrentTape<Promise<RecurrentGradients>>>
}
