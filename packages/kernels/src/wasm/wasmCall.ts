import type { FloatArray } from '../engine.ts'
import { sizesOf } from '../layout.ts'
import {
  barrierBytes,
  type CallLayout,
  type CallShape,
  fieldCount,
  fromLayerOffset,
  planCall,
} from './callLayout.ts'
import { splitCall } from './parts.ts'
import type { ThreadPool } from './threadPool.ts'
import type { WasmWeights } from './wasmWeights.ts'

/** Bytes of a call up to which it is kept for the next one of its shape: planning it takes longer than a small timestep. */
const mostIdleBytes = 128 * 1024

/** One block of wasm memory with everything a sequence of one shape needs; it may run any number of times. */
export class WasmCall {
  readonly #weights: WasmWeights
  readonly #shape: CallShape
  readonly #layout: CallLayout
  readonly #lengths: Readonly<Record<Area, number>>
  #base: number | null
  /** Addresses of the parts' records: made once, so that a run allocates nothing. */
  readonly #records: readonly number[]
  #views: Partial<Record<Area, FloatArray>> = {}
  #viewed: ArrayBufferLike | null = null

  /** The call these weights ran last, if it was small and of this shape, or a new one. To be {@link WasmCall.release}d. */
  static take(weights: WasmWeights, shape: CallShape): WasmCall {
    const idle = weights.idleCall
    if (idle === null || !isSameShape(idle.#shape, shape)) return new WasmCall(weights, shape)
    weights.idleCall = null
    return idle
  }

  constructor(weights: WasmWeights, shape: CallShape) {
    const { instance, spec } = weights
    const { batchSizes, dropoutLength } = shape
    const { D, I, H, P } = sizesOf(spec)
    const T = batchSizes.length
    const states = spec.numLayers * D * (batchSizes[0] ?? 0)
    this.#weights = weights
    this.#shape = { ...shape, batchSizes: shape.batchSizes.slice() }
    this.#layout = planCall(weights, shape, splitCall(spec, batchSizes, instance.threads?.count ?? 1))
    const base = instance.allocate(this.#layout.byteLength)
    this.#base = base
    this.#records = this.#layout.parts.map(({ record }) => base + record)
    const R = writeRowStarts(instance.integers(base + this.#layout.rowStarts, T + 1), batchSizes)
    for (const { part, record, batchSizes, rowStarts, barrier, fields } of this.#layout.parts) {
      instance.integers(base + record, fieldCount).set(fields(base))
      instance.integers(base + batchSizes, T).set(part.batchSizes)
      writeRowStarts(instance.integers(base + rowStarts, T + 1), part.batchSizes)
      if (barrier !== null) instance.integers(base + barrier, barrierBytes / 4).fill(0)
    }
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

  /** Allocates nothing. @throws Error if the call or its weights were disposed */
  run(): void {
    const { instance, spec, address } = this.#weights
    if (this.#base === null || address === 0) throw new Error('recurrent: this call was disposed')
    const records = this.#records
    const { threads } = instance
    if (threads !== null && records.length > 1) {
      this.#runShared(threads)
      return
    }
    // By index: code that is not optimised yet allocates an iterator.
    for (let i = 0; i < records.length; i++) {
      const record = records[i]
      if (record !== undefined) instance.recurrent(spec.dtype, record)
    }
  }

  #runShared(threads: ThreadPool): void {
    const { instance, spec } = this.#weights
    const records = this.#records
    const { D } = sizesOf(spec)
    if (this.#layout.parts.every(({ part }) => part.toDirection - part.fromDirection === D)) {
      threads.run(spec.dtype, records)
      return
    }
    // A layer reads both directions of the one below: all parts finish a layer before the next begins.
    for (let layer = 0; layer < spec.numLayers; layer++) {
      for (const record of records) instance.integers(record + fromLayerOffset, 2).set([layer, layer + 1])
      threads.run(spec.dtype, records)
    }
  }

  /** Keeps it for the next call of its shape, or disposes it. */
  release(): void {
    const weights = this.#weights
    if (weights.disposed || this.#layout.byteLength > mostIdleBytes) {
      this.dispose()
      return
    }
    weights.idleCall?.dispose()
    weights.idleCall = this
  }

  dispose(): void {
    if (this.#base !== null) this.#weights.instance.release(this.#base)
    this.#base = null
  }

  #view(area: Area): FloatArray {
    const { instance, spec } = this.#weights
    if (this.#base === null) throw new Error('recurrent: this call was disposed')
    if (this.#viewed !== instance.memory.buffer) {
      this.#viewed = instance.memory.buffer
      this.#views = {}
    }
    this.#views[area] ??= instance.floats(spec.dtype, this.#base + this.#layout[area], this.#lengths[area])
    return this.#views[area]
  }
}

type Area = 'input' | 'output' | 'h' | 'c' | 'dropout'

function isSameShape(a: CallShape, b: CallShape): boolean {
  return (
    a.batchFirst === b.batchFirst &&
    a.dropoutLength === b.dropoutLength &&
    a.batchSizes.length === b.batchSizes.length &&
    a.batchSizes.every((size, t) => size === b.batchSizes[t])
  )
}

/** @returns the number of all rows */
function writeRowStarts(rowStarts: Int32Array, batchSizes: Int32Array): number {
  let row = 0
  batchSizes.forEach((size, t) => {
    rowStarts[t] = row
    row += size
  })
  rowStarts[batchSizes.length] = row
  return row
}
