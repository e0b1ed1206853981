import { allocate } from '../allocate.ts'
import type { FloatArray } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import {
  barrierBytes,
  type CallLayout,
  type CallShape,
  fieldCount,
  fromLayerOffset,
  planCall,
} from './callLayout.ts'
import type { WasmInstance } from './instance.ts'
import { elementBytes } from './panels.ts'
import { multiplyAdds, splitCall } from './parts.ts'
import type { ThreadPool } from './threadPool.ts'
import type { Job } from './threadProtocol.ts'
import type { WasmWeights } from './wasmWeights.ts'

/** Bytes of a call up to which it is kept for the next one of its shape: planning it takes longer than a small timestep. */
const mostIdleBytes = 128 * 1024

/** Multiply-adds a millisecond of a usual machine. */
const usualMultiplyAdds = 2e7

/** One block of wasm memory with everything a sequence of one shape needs; it may run any number of times. */
export class WasmCall {
  readonly #weights: WasmWeights
  readonly #shape: CallShape
  readonly #lengths: Readonly<Record<Area, number>>
  #plan: CallPlan
  #disposed = false
  #views: Partial<Record<Area, FloatArray>> = {}
  #viewed: ArrayBufferLike | null = null

  /** The call these weights ran last, if it was small and of this shape, or a new one. To be {@link WasmCall.release}d. */
  static take(weights: WasmWeights, shape: CallShape): WasmCall {
    const idle = weights.idleCall
    if (idle === null || !isSameShape(idle.#shape, shape)) return new WasmCall(weights, shape)
    weights.idleCall = null
    try {
      idle.prepare()
    } catch (error) {
      idle.dispose()
      throw error
    }
    return idle
  }

  /** @throws RangeError where its block is more than the memory can hold */
  constructor(weights: WasmWeights, shape: CallShape) {
    const { spec } = weights
    const { batchSizes, dropoutLength, returnCells } = shape
    const { D, I, H, P } = sizesOf(spec)
    const rows = batchSizes.reduce((sum, size) => sum + size, 0)
    const states = spec.numLayers * D * (batchSizes[0] ?? 0)
    this.#weights = weights
    this.#shape = { ...shape, batchSizes: batchSizes.slice() }
    this.#lengths = {
      input: rows * I,
      output: rows * D * P,
      h: states * P,
      c: spec.mode === 'LSTM' ? states * H : 0,
      dropout: dropoutLength,
      cells: returnCells ? rows * D * H : 0,
    }
    this.#plan = makePlan(weights, this.#shape)
  }

  // Areas of the block; the views last until the memory grows, or the call is prepared.

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

  /** Cell states of all timesteps; null where they were not asked for. */
  get cells(): FloatArray | null {
    return this.#shape.returnCells ? this.#view('cells') : null
  }

  /** Sets the initial states; null is zeros. */
  setState(h: FloatArray | null, c: FloatArray | null): void {
    if (h === null) this.h.fill(0)
    else this.h.set(h)
    if (c === null) this.c?.fill(0)
    else this.c?.set(c)
  }

  /**
   * Plans it anew where it was planned for other threads than there are: to be called before a run that does not follow
   * at once upon {@link WasmCall.take}.
   */
  prepare(): void {
    if (this.#plan.threads !== threadsOf(this.#weights)) this.#planAnew()
  }

  /** Allocates nothing. @throws Error if the call or its weights were disposed */
  run(): void {
    const { address } = this.#weights
    if (this.#disposed || address === 0) throw new Error('recurrent: this call was disposed')
    const { threads } = this.#weights.instance
    if (threads !== null && this.#plan.job.records.length > 1) this.#runShared(threads)
    else this.#runAlone()
  }

  /** Keeps it for the next call of its shape, or disposes it. */
  release(): void {
    const weights = this.#weights
    if (weights.disposed || this.#plan.layout.byteLength > mostIdleBytes) {
      this.dispose()
      return
    }
    weights.idleCall?.dispose()
    weights.idleCall = this
  }

  dispose(): void {
    if (!this.#disposed) this.#weights.instance.release(this.#plan.base)
    this.#disposed = true
  }

  #runShared(threads: ThreadPool): void {
    const { instance, spec } = this.#weights
    const { job, initial, byLayer } = this.#plan
    initial.h.set(this.h)
    if (this.c !== null) initial.c.set(this.c)
    for (let layer = 0; layer < (byLayer ? spec.numLayers : 1); layer++) {
      if (byLayer) for (const record of job.records) setLayer(instance, record, layer)
      const result = threads.run(job)
      if (result === 'done') continue
      if (result === 'lost') this.#planAnew(true)
      else clearBarriers(instance, this.#plan)
      this.setState(initial.h, spec.mode === 'LSTM' ? initial.c : null)
      this.#runAlone()
      return
    }
  }

  /** On this thread: the parts one after the other; where they would have to meet, as one. */
  #runAlone(): void {
    const { instance, spec } = this.#weights
    const { alone, job } = this.#plan
    const byLayer = this.#plan.byLayer && alone === null
    const records = alone ?? job.records
    for (let layer = 0; layer < (byLayer ? spec.numLayers : 1); layer++) {
      // By index: code that is not optimised yet allocates an iterator.
      for (let i = 0; i < records.length; i++) {
        const record = records[i] ?? 0
        if (byLayer) setLayer(instance, record, layer)
        if (spec.dtype === 'float32') instance.exports.recurrentF32(record)
        else instance.exports.recurrentF64(record)
      }
    }
  }

  /**
   * Another block for the threads there are; what was in the old one comes along.
   * @param isLost whether a thread may write to the old one still
   */
  #planAnew(isLost = false): void {
    if (this.#disposed) return
    const { instance, spec } = this.#weights
    const old = this.#plan
    const plan = makePlan(this.#weights, this.#shape)
    for (const area of ['input', 'h', 'c', 'dropout'] as const) {
      const length = this.#lengths[area]
      if (length === 0) continue
      const view = ({ base, layout }: CallPlan): FloatArray =>
        instance.floats(spec.dtype, base + layout[area], length)
      view(plan).set(view(old))
    }
    this.#plan = plan
    this.#views = {}
    if (isLost) instance.abandon(old.base)
    else instance.release(old.base)
  }

  #view(area: Area): FloatArray {
    const { instance, spec } = this.#weights
    if (this.#disposed) throw new Error('recurrent: this call was disposed')
    if (this.#viewed !== instance.memory.buffer) {
      this.#viewed = instance.memory.buffer
      this.#views = {}
    }
    const { base, layout } = this.#plan
    this.#views[area] ??= instance.floats(spec.dtype, base + layout[area], this.#lengths[area])
    return this.#views[area]
  }
}

type Area = 'input' | 'output' | 'h' | 'c' | 'dropout' | 'cells'

/** A block, filled but for what each run brings, and how threads share it. */
interface CallPlan {
  readonly layout: CallLayout
  readonly base: number
  /** How many threads there were. */
  readonly threads: number
  readonly job: Job
  /** A record of the whole call, for one thread; null where it takes the records of the job. */
  readonly alone: readonly number[] | null
  /** Whether no part of a layer may begin before all of the one below have ended. */
  readonly byLayer: boolean
  /** For a run of several threads: the states it began with, should it have to begin again. */
  readonly initial: { readonly h: FloatArray; readonly c: FloatArray }
}

function threadsOf({ instance }: WasmWeights): number {
  return instance.threads?.count ?? 1
}

function makePlan(weights: WasmWeights, shape: CallShape): CallPlan {
  const { instance, spec } = weights
  const { batchSizes } = shape
  const { D, H, P } = sizesOf(spec)
  const T = batchSizes.length
  const threads = threadsOf(weights)
  const parts = splitCall(spec, batchSizes, threads)
  const layout = planCall(weights, shape, parts)
  const { alone } = layout
  const base = instance.allocateFilled(layout.byteLength, (at) => {
    writeRowStarts(instance.integers(at + layout.rowStarts, T + 1), batchSizes)
    for (const one of alone === null ? layout.parts : [...layout.parts, alone]) {
      instance.integers(at + one.record, fieldCount).set(one.fields(at))
      instance.integers(at + one.batchSizes, T).set(one.part.batchSizes)
      writeRowStarts(instance.integers(at + one.rowStarts, T + 1), one.part.batchSizes)
    }
  })
  const states = parts.length > 1 ? spec.numLayers * D * (batchSizes[0] ?? 0) : 0
  // A layer reads both directions of the one below.
  const isWhole = parts.every(({ fromDirection, toDirection }) => toDirection - fromDirection === D)
  const plan = {
    layout,
    base,
    threads,
    job: {
      elementBytes: elementBytes(spec.dtype),
      records: layout.parts.map(({ record }) => base + record),
      together: alone !== null,
      milliseconds: multiplyAdds(spec, batchSizes) / parts.length / usualMultiplyAdds,
    },
    alone: alone && [base + alone.record],
    byLayer: !isWhole,
    initial: {
      h: allocate(spec.dtype, states * P),
      c: allocate(spec.dtype, spec.mode === 'LSTM' ? states * H : 0),
    },
  }
  clearBarriers(instance, plan)
  return plan
}

/** Makes the barriers as if nobody had ever come, or been sent away. */
function clearBarriers(instance: WasmInstance, { layout, base }: Pick<CallPlan, 'layout' | 'base'>): void {
  for (const { barrier } of layout.parts) {
    if (barrier !== null) instance.integers(base + barrier, barrierBytes / 4).fill(0)
  }
}

/** Makes a record run one layer. */
function setLayer(instance: WasmInstance, record: number, layer: number): void {
  instance.integers(record + fromLayerOffset, 2).set([layer, layer + 1])
}

function isSameShape(a: CallShape, b: CallShape): boolean {
  return (
    a.batchFirst === b.batchFirst &&
    a.dropoutLength === b.dropoutLength &&
    a.returnCells === b.returnCells &&
    a.batchSizes.length === b.batchSizes.length &&
    a.batchSizes.every((size, t) => size === b.batchSizes[t])
  )
}

function writeRowStarts(rowStarts: Int32Array, batchSizes: Int32Array): void {
  let row = 0
  batchSizes.forEach((size, t) => {
    rowStarts[t] = row
    row += size
  })
  rowStarts[batchSizes.length] = row
}
