import { allocate } from '../allocate.ts'
import { checkState, checkStep, checkStream } from '../checks/call.ts'
import type { FloatArray, RecurrentStream } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import { WasmCall } from './wasmCall.ts'
import type { WasmWeights } from './wasmWeights.ts'

/** A call of one timestep that stays in wasm memory: its final states are the initial ones of the next step. */
export class WasmStream implements RecurrentStream {
  readonly batch: number
  readonly #weights: WasmWeights
  readonly #call: WasmCall
  /** An array outside of the wasm memory: views of that memory end when it grows. */
  readonly #output: FloatArray
  readonly #inputs: number

  constructor(weights: WasmWeights, batch: number) {
    const { spec } = weights
    checkStream(spec, batch)
    const { I, P } = sizesOf(spec)
    this.batch = batch
    this.#weights = weights
    this.#inputs = batch * I
    this.#output = allocate(spec.dtype, batch * P)
    this.#call = new WasmCall(weights, {
      batchSizes: Int32Array.of(batch),
      batchFirst: false,
      dropoutLength: 0,
      returnCells: false,
      recorded: false,
    })
    this.#call.setState(null, null)
    forgotten().register(this, this.#call, this)
  }

  step(input: FloatArray): FloatArray {
    checkStep(this.#weights.spec, input, this.#inputs)
    this.#call.prepare()
    this.#call.input.set(input)
    this.#call.run()
    this.#output.set(this.#call.output)
    return this.#output
  }

  get h(): FloatArray {
    return this.#call.h.slice()
  }

  get c(): FloatArray | null {
    return this.#call.c?.slice() ?? null
  }

  reset(h: FloatArray | null = null, c: FloatArray | null = null): void {
    checkState(this.#weights.spec, this.batch, h, c)
    this.#call.setState(h, c)
  }

  dispose(): void {
    forgotten().unregister(this)
    this.#call.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

let registry: FinalizationRegistry<WasmCall> | undefined

/** Frees the blocks of streams that were dropped without dispose; made on first use, so that importing this file does nothing. */
function forgotten(): FinalizationRegistry<WasmCall> {
  registry ??= new FinalizationRegistry((call) => call.dispose())
  return registry
}
