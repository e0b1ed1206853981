import type { FloatArray } from '../contract/recurrent.ts'
import type { RecordedLayout } from './callLayout.ts'
import { type CallArea, CallPlan, type CallWeights } from './callPlan.ts'
import { type CallShape, isSameShape } from './callShape.ts'
import { elementBytes } from './panels.ts'
import type { Threads } from './threadProtocol.ts'

/** A call of one shape: a block of wasm memory with everything it needs. It may run any number of times. */
export class WasmCall {
  readonly #weights: CallWeights
  readonly #shape: CallShape
  #plan: CallPlan
  #disposed = false

  /** @throws RangeError if the memory has no room for its block */
  constructor(weights: CallWeights, shape: CallShape) {
    this.#weights = weights
    this.#shape = { ...shape, batchSizes: shape.batchSizes.slice() }
    this.#plan = new CallPlan(weights, this.#shape)
  }

  /** Bytes of its block. */
  get byteLength(): number {
    return this.#plan.byteLength
  }

  get isRecorded(): boolean {
    return this.#shape.recorded
  }

  /** `(T)`: its own copy. */
  get batchSizes(): Int32Array {
    return this.#shape.batchSizes
  }

  hasShape(shape: CallShape): boolean {
    return isSameShape(this.#shape, shape)
  }

  // Areas of the block. The views last until the memory grows, or the call is prepared.

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

  /** The same for cell states; null for all but LSTM. */
  get c(): FloatArray | null {
    return this.#weights.spec.mode === 'LSTM' ? this.#view('c') : null
  }

  /** Null without dropout. */
  get dropout(): FloatArray | null {
    return this.#shape.dropoutLength > 0 ? this.#view('dropout') : null
  }

  /** Cell states of all timesteps; null if they were not asked for. */
  get cells(): FloatArray | null {
    return this.#shape.returnCells ? this.#view('cells') : null
  }

  /** What the way back reads, if the call is recorded. */
  get recordedLayout(): RecordedLayout {
    return this.#plan.recordedLayout
  }

  /** Where its block, and what is recorded, begins. */
  get address(): number {
    return this.#plan.address
  }

  /** All that is recorded, as a view that lasts until the memory grows. */
  get recorded(): FloatArray {
    const { instance, spec } = this.#weights
    const { byteLength } = this.recordedLayout
    return instance.floats(spec.dtype, this.address, byteLength / elementBytes(spec.dtype))
  }

  /** Sets the initial states; null stands for zeros. */
  setState(h: FloatArray | null, c: FloatArray | null): void {
    if (h === null) this.h.fill(0)
    else this.h.set(h)
    if (c === null) this.c?.fill(0)
    else this.c?.set(c)
  }

  /** Plans it anew if the number of threads has changed. To be called before a run, unless the call is new. */
  prepare(): void {
    if (this.#plan.threads !== this.#weights.instance.threadCount) this.#planAnew()
  }

  /** Allocates nothing. @throws Error if the call or its weights were disposed */
  run(): void {
    const { address } = this.#weights
    if (this.#disposed || address === 0) throw new Error('recurrent: this call was disposed')
    const { threads } = this.#weights.instance
    if (threads !== null && this.#plan.job.records.length > 1) this.#runShared(threads)
    else this.#runAlone()
  }

  dispose(): void {
    if (!this.#disposed) this.#plan.release()
    this.#disposed = true
  }

  #runShared(threads: Threads): void {
    const { spec } = this.#weights
    const plan = this.#plan
    const { job, initial, byLayer } = plan
    initial.h.set(this.h)
    if (this.c !== null) initial.c.set(this.c)
    for (let layer = 0; layer < (byLayer ? spec.numLayers : 1); layer++) {
      if (byLayer) for (const record of job.records) plan.setLayer(record, layer)
      const result = threads.run(job)
      if (result === 'done') continue
      if (result === 'lost') this.#planAnew(true)
      else plan.clearBarriers()
      this.setState(initial.h, spec.mode === 'LSTM' ? initial.c : null)
      this.#runAlone()
      return
    }
  }

  /** Runs on this thread: the parts one after the other, or as one part if they would have to meet. */
  #runAlone(): void {
    const { instance, spec } = this.#weights
    const plan = this.#plan
    const byLayer = plan.byLayer && plan.alone === null
    const records = plan.alone ?? plan.job.records
    for (let layer = 0; layer < (byLayer ? spec.numLayers : 1); layer++) {
      // An index, since code that is not optimised yet would allocate an iterator.
      for (let i = 0; i < records.length; i++) {
        const record = records[i] ?? 0
        if (byLayer) plan.setLayer(record, layer)
        if (spec.dtype === 'float32') instance.exports.recurrentF32(record)
        else instance.exports.recurrentF64(record)
      }
    }
  }

  /**
   * Takes another block, planned for the threads there are now, with the inputs of the old one.
   * @param isLost whether a thread may still write to the old block
   */
  #planAnew(isLost = false): void {
    if (this.#disposed) return
    const old = this.#plan
    this.#plan = new CallPlan(this.#weights, this.#shape)
    this.#plan.copyFrom(old)
    if (isLost) old.abandon()
    else old.release()
  }

  #view(area: CallArea): FloatArray {
    if (this.#disposed) throw new Error('recurrent: this call was disposed')
    return this.#plan.floats(area)
  }
}
