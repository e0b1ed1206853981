import type { FloatArray } from '../engine.ts'
import { sizesOf } from '../layout.ts'
import { type CallLayout, type CallShape, fieldCount, planCall } from './callLayout.ts'
import type { WasmWeights } from './wasmWeights.ts'

/** One block of wasm memory with everything a sequence of one shape needs; it may run any number of times. */
export class WasmCall {
  readonly #weights: WasmWeights
  readonly #layout: CallLayout
  readonly #lengths: Readonly<Record<Area, number>>
  #base: number | null
  #views: Partial<Record<Area, FloatArray>> = {}
  #viewed: ArrayBufferLike | null = null

  constructor(weights: WasmWeights, shape: CallShape) {
    const { instance, spec } = weights
    const { batchSizes, dropoutLength } = shape
    const { D, I, H, P } = sizesOf(spec)
    const T = batchSizes.length
    const states = spec.numLayers * D * (batchSizes[0] ?? 0)
    this.#weights = weights
    this.#layout = planCall(weights, shape)
    const base = instance.allocate(this.#layout.byteLength)
    this.#base = base
    instance.integers(base, fieldCount).set(this.#layout.record(base))
    instance.integers(base + this.#layout.batchSizes, T).set(batchSizes)
    const rowStarts = instance.integers(base + this.#layout.rowStarts, T + 1)
    let R = 0
    for (let t = 0; t < T; t++) {
      rowStarts[t] = R
      R += batchSizes[t] ?? 0
    }
    rowStarts[T] = R
    this.#lengths = {
      input: R * I,
      output: R * D * P,
      h: states * P,
      c: spec.mode === 'LSTM' ? states * H : 0,
      dropout: dropoutLength,
    }
  }

  // Areas of the block; the views last until the memory grows.

  get input(): FloatArray {
    return this.#view('input')
  }

  get output(): FloatArray {
    return this.#view('output')
  }

  /** Initial states before, final states after {@link WasmCall.run}. */
  get h(): FloatArray {
    return this.#view('h')
  }

  /** As `h`; null for all but LSTM. */
  get c(): FloatArray | null {
    return this.#weights.spec.mode === 'LSTM' ? this.#view('c') : null
  }

  get dropout(): FloatArray {
    return this.#view('dropout')
  }

  /** Sets the initial states; null is zeros. */
  setState(h: FloatArray | null, c: FloatArray | null): void {
    if (h === null) this.h.fill(0)
    else this.h.set(h)
    if (c === null) this.c?.fill(0)
    else this.c?.set(c)
  }

  /** @throws Error if the call or its weights were disposed */
  run(): void {
    const { instance, spec, address } = this.#weights
    if (this.#base === null || address === 0) throw new Error('recurrent: this call was disposed')
    if (spec.dtype === 'float32') instance.exports.recurrentF32(this.#base)
    else instance.exports.recurrentF64(this.#base)
  }

  dispose(): void {
    if (this.#base !== null) this.#weights.instance.release(this.#base)
    this.#base = null
  }

  #view(area: Area): FloatArray {
    const { instance, spec } = this.#weights
    if (this.#base === null) throw new Error('recurrent: this call was disposed')
    if (this.#viewed !== instance.exports.memory.buffer) {
      this.#viewed = instance.exports.memory.buffer
      this.#views = {}
    }
    this.#views[area] ??= instance.floats(spec.dtype, this.#base + this.#layout[area], this.#lengths[area])
    return this.#views[area]
  }
}

type Area = 'input' | 'output' | 'h' | 'c' | 'dropout'
