import type { FloatArray, HostEngine, PackedWeights, RecurrentMode, RecurrentStream } from '@unroll/kernels'
import { tensor } from '@unroll/tensor'
import { floatsOf } from './arguments.ts'
import { type HiddenState, hiddenOf, statesOf } from './hiddenState.ts'

/** Of {@link RNNBase.stream}. */
export interface StreamOptions {
  /** How many sequences run side by side. Default 1. */
  readonly batch?: number
}

/** What a stream needs to know of its module. */
export interface StreamSource<M extends RecurrentMode> {
  readonly mode: M
  readonly numLayers: number
  /** `P` and, for LSTM, `H`: the widths of the states. */
  readonly widths: readonly number[]
  readonly engine: HostEngine
  /** The module's weights, packed as they are now. */
  readonly weights: () => PackedWeights
}

/**
 * A layer fed one timestep at a time, for audio and control loops; made by {@link RNNBase.stream}. It keeps its state
 * in the engine's memory, and a step allocates nothing. The memory is given back by `dispose`, or when the stream is
 * garbage collected.
 *
 * ```ts
 * const stream = lstm.stream()
 * for (const frame of frames) play(stream.step(frame)) // Float32Array in, the same array of H numbers out
 * ```
 *
 * The weights are those of the moment it was made; after changing parameters, `flattenParameters()` brings it up to
 * date. After `module.to(dtype)` its state and its frames are of that dtype.
 */
export class SequenceStream<M extends RecurrentMode = RecurrentMode> {
  readonly batch: number
  readonly #source: StreamSource<M>
  #weights: PackedWeights
  #stream: RecurrentStream
  #disposed = false

  constructor(source: StreamSource<M>, batch: number) {
    this.batch = batch
    this.#source = source
    this.#weights = source.weights()
    this.#stream = source.engine.stream(this.#weights, batch)
  }

  /**
   * The next timestep of every sequence.
   * @param input `(batch, inputSize)`, row-major
   * @returns the last layer's `(batch, P)`: an array that the next step overwrites
   * @throws RangeError on another size, TypeError on another element type, Error after `dispose`
   */
  step(input: FloatArray): FloatArray {
    if (this.#weights.disposed || this.#weights.stale) this.#reopen()
    return this.#stream.step(input)
  }

  /** A copy of the state: `h` `(numLayers, batch, P)`; LSTM `[h, c]`, c with `H` for `P`. */
  get state(): HiddenState<M> {
    const { mode, numLayers, widths } = this.#source
    const { h, c } = this.#stream
    const states = [h, c].flatMap((values, index) =>
      values === null ? [] : [tensor(values, { shape: [numLayers, this.batch, widths[index] ?? 0] })],
    )
    return hiddenOf(mode, states)
  }

  /** Starts anew, from zeros or from a state shaped as {@link SequenceStream.state}. */
  reset(hx: HiddenState<M> | null = null): void {
    const { mode } = this.#source
    const [h = null, c = null] =
      hx === null ? [] : statesOf(mode, hx).map((state) => floatsOf('stream.reset', state))
    this.#stream.reset(h, c)
  }

  /** Gives the engine's memory back. */
  dispose(): void {
    this.#disposed = true
    this.#stream.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** The module packed its weights anew, or should: goes on with those, from the same state. Changes nothing if it fails. */
  #reopen(): void {
    if (this.#disposed) return
    const { h, c } = this.#stream
    const weights = this.#source.weights()
    const stream = this.#source.engine.stream(weights, this.batch)
    try {
      const { dtype } = weights.spec
      stream.reset(converted(dtype, h), c && converted(dtype, c))
    } catch (error) {
      stream.dispose()
      throw error
    }
    this.#stream.dispose()
    this.#stream = stream
    this.#weights = weights
  }
}

/** The numbers in the element type of the weights, which `module.to(dtype)` may have changed. */
function converted(dtype: PackedWeights['spec']['dtype'], values: FloatArray): FloatArray {
  return dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values)
}
