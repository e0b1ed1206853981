import {
  describeValue,
  type FloatArray,
  type HostEngine,
  type PackedWeights,
  type RecurrentMode,
  type RecurrentStream,
} from '@unroll/kernels'
import { argumentFloats, checkInteger } from '@unroll/nn/recurrent'
import { RuntimeError, Tensor, tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { type HiddenState, hiddenOf, stateNames, statesOf } from './hiddenState.ts'

/** What `stream` of a recurrent layer takes. */
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
  /** Returns the module's weights, packed with their present values. */
  readonly weights: () => PackedWeights
}

/**
 * A recurrent layer that is fed one timestep at a time, for audio and control loops. The layer's `stream` makes it. It
 * keeps its state in the engine's memory, and a step allocates nothing. The memory is freed by `dispose`, or when the
 * stream is garbage collected.
 *
 * ```ts
 * const stream = new LSTM(1, 20).stream()
 * for (const frame of frames) play(stream.step(frame)) // Float32Array in, the same array of H numbers out
 * ```
 *
 * It uses the weights as they were when it was made. After you change parameters, `flattenParameters()` brings it up to
 * date. After `module.to(dtype)` its state and its frames have that dtype.
 */
export class SequenceStream<M extends RecurrentMode = RecurrentMode> {
  /** The name in errors. It is a string, which minifiers do not change. */
  static readonly name: string = 'SequenceStream'
  readonly batch: number
  /**
   * A function, because proxies around a stream wrap every object that they return, and engines do not work when
   * wrapped.
   */
  private readonly held: () => Held<M>

  constructor(source: StreamSource<M>, batch: number) {
    this.batch = batch
    const weights = source.weights()
    const held = { source, weights, stream: source.engine.stream(weights, batch), disposed: false }
    this.held = () => held
  }

  /**
   * Computes the next timestep of every sequence.
   * @param input `(batch, inputSize)`, row-major
   * @returns the last layer's `(batch, P)`: an array that the next step overwrites
   * @throws RangeError on another size, TypeError on anything but an array of the weights' dtype, Error after `dispose`
   */
  step(input: FloatArray): FloatArray {
    if (!(input instanceof Float32Array || input instanceof Float64Array)) throw notAFrame(input)
    return this.current().stream.step(input)
  }

  /**
   * A copy of the state: `h` `(numLayers, batch, P)`; LSTM `[h, c]`, where c has `H` instead of `P`.
   * @throws Error after `dispose`, like every method
   */
  get state(): HiddenState<M> {
    const { source, stream } = this.open()
    const { mode, numLayers, widths } = source
    const states = [stream.h, stream.c].flatMap((values, index) =>
      values === null ? [] : [tensor(values, { shape: [numLayers, this.batch, widths[index] ?? 0] })],
    )
    return hiddenOf(mode, states)
  }

  /**
   * Starts again, from zeros or from a state shaped as {@link SequenceStream.state}.
   * @throws TypeError if a state is not a tensor or has another dtype, RuntimeError if it has another shape
   */
  reset(hx: HiddenState<M> | null = null): void {
    const { source, stream } = this.current()
    const [h = null, c = null] = hx === null ? [] : arraysOf('stream.reset', source, hx, [this.batch])
    stream.reset(h, c)
  }

  /**
   * Starts one of the sequences again; the others go on.
   * @param sequence its place in the batch, from 0
   * @param hx its state: `h` `(numLayers, P)`; LSTM `[h, c]`, c `(numLayers, H)`. Default zeros
   * @throws TypeError if `sequence` is not a whole number, or a state is not a tensor or has another dtype
   * @throws RangeError if there is no such sequence, RuntimeError if a state has another shape
   *
   * @example
   * const stream = lstm.stream({ batch: 8 })
   * stream.resetSequence(3) // a voice that begins while the others sound
   */
  resetSequence(sequence: number, hx: HiddenState<M> | null = null): void {
    const who = 'stream.resetSequence'
    const { source, stream } = this.current()
    checkInteger(who, 'sequence', sequence)
    if (sequence < 0 || sequence >= this.batch) {
      throw new RangeError(`${who}: expected a sequence from 0 to ${this.batch - 1}, got ${sequence}`)
    }
    const given = hx === null ? [] : arraysOf(who, source, hx, [])
    const [h, c] = [stream.h, stream.c].map((all, index) => {
      if (all === null) return null
      const width = source.widths[index] ?? 0
      for (let layer = 0; layer < source.numLayers; layer++) {
        const at = (layer * this.batch + sequence) * width
        const own = given[index]?.subarray(layer * width, (layer + 1) * width)
        if (own) all.set(own, at)
        else all.fill(0, at, at + width)
      }
      return all
    })
    stream.reset(h, c)
  }

  /** Frees the engine's memory. */
  dispose(): void {
    const held = this.held()
    held.disposed = true
    held.stream.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** What the stream runs on, as it was at the last step. */
  private open(): Held<M> {
    const held = this.held()
    if (held.disposed) throw new Error('stream: this one was disposed; open another one of its layer')
    return held
  }

  /** What the stream runs on, brought up to date. */
  private current(): Held<M> {
    const held = this.open()
    if (held.weights.disposed || held.weights.stale) reopen(held, this.batch)
    return held
  }
}

/** What a stream runs on. It changes when the module packs its weights again. */
interface Held<M extends RecurrentMode> {
  readonly source: StreamSource<M>
  weights: PackedWeights
  stream: RecurrentStream
  disposed: boolean
}

/**
 * Called when the module has packed its weights again, or has to. Goes on with those weights, from the same state.
 * Changes nothing if it fails.
 */
function reopen<M extends RecurrentMode>(held: Held<M>, batch: number): void {
  const { h, c } = held.stream
  const weights = held.source.weights()
  const stream = held.source.engine.stream(weights, batch)
  try {
    const { dtype } = weights.spec
    stream.reset(converted(dtype, h), c && converted(dtype, c))
  } catch (error) {
    stream.dispose()
    throw error
  }
  held.stream.dispose()
  held.stream = stream
  held.weights = weights
}

/** The numbers in the element type of the weights. `module.to(dtype)` may have changed that. */
function converted(dtype: PackedWeights['spec']['dtype'], values: FloatArray): FloatArray {
  return dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values)
}

/** The elements of a state `(numLayers, ...batch, width)`. */
function arraysOf<M extends RecurrentMode>(
  who: string,
  { mode, numLayers, widths }: StreamSource<M>,
  hx: HiddenState<M>,
  batch: readonly number[],
): FloatArray[] {
  return statesOf(mode, hx, who).map((state, index) => {
    const expected = shapeText([numLayers, ...batch, widths[index] ?? 0])
    if (shapeText(state.shape) === expected) return argumentFloats(who, state)
    throw new RuntimeError(
      `${who}: expected ${stateNames[index]} of shape ${expected}, got ${shapeText(state.shape)}`,
    )
  })
}

function notAFrame(input: unknown): TypeError {
  const remedy = input instanceof Tensor ? '; pass its data' : ''
  return new TypeError(
    `stream.step: expected a Float32Array, or of a float64 layer a Float64Array, got ${describeValue(input)}${remedy}`,
  )
}
