import type { FloatArray, RecurrentStream } from '../engine.ts'
import { checkState, checkStream } from '../layout.ts'
import { WasmCall } from './wasmCall.ts'
import type { WasmWeights } from './wasmWeights.ts'

/** A call of one timestep that stays in wasm memory: its final states are the initial ones of the next step. */
export class WasmStream implements RecurrentStream {
  readonly batch: number
  readonly #weights: WasmWeights
  readonly #call: WasmCall

  constructor(weights: WasmWeights, batch: number) {
    checkStream(weights.spec, batch)
    this.batch = batch
    this.#weights = weights
    this.#call = new WasmCall(weights, {
      batchSizes: Int32Array.of(batch),
      batchFirst: false,
      dropoutLength: 0,
    })
    this.reset()
  }

  step(input: FloatArray): FloatArray {
    const place = this.#call.input
    if (input.length !== place.length) {
      throw new RangeError(`stream.step: expected ${place.length} elements, got ${input.length}`)
    }
    place.set(input)
    this.#call.run()
    return this.#call.output
  }

  get h(): FloatArray {
    return this.#call.h
  }

  get c(): FloatArray | null {
    return this.#call.c
  }

  reset(h: FloatArray | null = null, c: FloatArray | null = null): void {
    checkState(this.#weights.spec, this.batch, h, c)
    this.#call.setState(h, c)
  }

  dispose(): void {
    this.#call.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
