import { allocate } from '../allocate.ts'
import type { FloatArray, RecurrentSpec } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import { type CallLayout, planCall, type RecordedLayout } from './callLayout.ts'
import type { CallShape } from './callShape.ts'
import { barrierBytes, callRecord } from './generated/assembly.ts'
import type { WasmInstance } from './instance.ts'
import { elementBytes } from './panels.ts'
import { fieldsOf, none } from './partLayout.ts'
import { multiplyAdds, splitCall } from './parts.ts'
import { writeRecord } from './record.ts'
import type { Job } from './threadProtocol.ts'

/** Multiply-adds that a usual machine does in a millisecond. */
export const usualMultiplyAdds = 2e7

/** What a call needs of its weights. */
export interface CallWeights {
  readonly spec: RecurrentSpec
  readonly instance: WasmInstance
  /** Where the table of directions is. @throws Error after the weights were disposed */
  readonly address: number
}

/** The areas of a call that the host reads or writes. */
export type CallArea = 'input' | 'output' | 'h' | 'c' | 'dropout' | 'cells'

/** The block of a call, filled except for what each run brings, and how threads share the call. */
export class CallPlan {
  /** For how many threads it was planned. */
  readonly threads: number
  readonly job: Job
  /** The record of the whole call, for one thread; null if one thread can run the records of the job. */
  readonly alone: readonly number[] | null
  /** Whether a part may only begin a layer when all parts have ended the layer below. */
  readonly byLayer: boolean
  /** The states that a run of several threads began with: it may have to begin again. */
  readonly initial: { readonly h: FloatArray; readonly c: FloatArray }
  readonly #instance: WasmInstance
  readonly #spec: RecurrentSpec
  readonly #layout: CallLayout
  readonly #base: number
  readonly #lengths: Readonly<Record<CallArea, number>>
  #views: Partial<Record<CallArea, FloatArray>> = {}
  #viewed: ArrayBufferLike | null = null

  /** @throws RangeError if the memory has no room for the block */
  constructor(weights: CallWeights, shape: CallShape) {
    const { instance, spec } = weights
    const { batchSizes } = shape
    const { D } = sizesOf(spec)
    const parts = splitCall(spec, batchSizes, instance.threadCount)
    const layout = planCall(spec, shape, parts)
    const { alone } = layout
    const lengths = areaLengths(spec, shape)
    const isShared = parts.length > 1
    this.initial = {
      h: allocate(spec.dtype, isShared ? lengths.h : 0),
      c: allocate(spec.dtype, isShared ? lengths.c : 0),
    }
    const base = instance.allocateFilled(layout.byteLength, (at) =>
      fillBlock(weights, layout, batchSizes, at),
    )
    this.threads = instance.threadCount
    this.job = {
      elementBytes: elementBytes(spec.dtype),
      records: layout.parts.map(({ record }) => base + record),
      together: alone !== null,
      milliseconds: multiplyAdds(spec, batchSizes) / parts.length / usualMultiplyAdds,
    }
    this.alone = alone && [base + alone.record]
    // A layer reads both directions of the layer below.
    this.byLayer = parts.some(({ fromDirection, toDirection }) => toDirection - fromDirection < D)
    this.#instance = instance
    this.#spec = spec
    this.#layout = layout
    this.#base = base
    this.#lengths = lengths
    this.clearBarriers()
  }

  get byteLength(): number {
    return this.#layout.byteLength
  }

  get recordedLayout(): RecordedLayout {
    return this.#layout.recorded
  }

  /** Where the block begins. */
  get address(): number {
    return this.#base
  }

  /** A view of an area, which lasts until the memory grows. */
  floats(area: CallArea): FloatArray {
    if (this.#viewed !== this.#instance.memory.buffer) {
      this.#viewed = this.#instance.memory.buffer
      this.#views = {}
    }
    const length = this.#lengths[area]
    // An area that is not there has no place.
    const at = length === 0 ? 0 : this.#base + this.#layout.common[area]
    this.#views[area] ??= this.#instance.floats(this.#spec.dtype, at, length)
    return this.#views[area]
  }

  /** Copies the inputs of another plan of the same call. */
  copyFrom(other: CallPlan): void {
    for (const area of ['input', 'h', 'c', 'dropout'] as const) {
      if (this.#lengths[area] > 0) this.floats(area).set(other.floats(area))
    }
  }

  /** Makes a record run one layer. */
  setLayer(record: number, layer: number): void {
    const fields = this.#instance.integers(record, callRecord.length)
    fields[callRecord.places.fromLayer] = layer
    fields[callRecord.places.toLayer] = layer + 1
  }

  /** Resets the barriers: no thread has come, none was sent away. */
  clearBarriers(): void {
    for (const { areas } of this.#layout.parts) {
      if (areas.barrier === none) continue
      this.#instance.integers(this.#base + areas.barrier, barrierBytes / 4).fill(0)
    }
  }

  /** Gives the block back. */
  release(): void {
    this.#instance.release(this.#base)
  }

  /** Takes the block out of use for good: a thread may still write there. */
  abandon(): void {
    this.#instance.abandon(this.#base)
  }
}

/** How many elements the areas have; 0 for those that are not there. */
function areaLengths(spec: RecurrentSpec, shape: CallShape): Record<CallArea, number> {
  const { D, I, H, P } = sizesOf(spec)
  const rows = shape.batchSizes.reduce((sum, size) => sum + size, 0)
  const states = spec.numLayers * D * (shape.batchSizes[0] ?? 0)
  return {
    input: rows * I,
    output: rows * D * P,
    h: states * P,
    c: spec.mode === 'LSTM' ? states * H : 0,
    dropout: shape.dropoutLength,
    cells: shape.returnCells ? rows * D * H : 0,
  }
}

function fillBlock(
  { instance, address }: CallWeights,
  { common, parts, alone }: CallLayout,
  batchSizes: Int32Array,
  base: number,
): void {
  const T = batchSizes.length
  writeRowStarts(instance.integers(base + common.allRowStarts, T + 1), batchSizes)
  for (const layout of alone === null ? parts : [...parts, alone]) {
    const { part, record, areas } = layout
    writeRecord(instance, base + record, callRecord, fieldsOf(layout, base, address))
    instance.integers(base + areas.batchSizes, T).set(part.batchSizes)
    writeRowStarts(instance.integers(base + areas.rowStarts, T + 1), part.batchSizes)
  }
}

export function writeRowStarts(rowStarts: Int32Array, batchSizes: Int32Array): void {
  let row = 0
  batchSizes.forEach((size, t) => {
    rowStarts[t] = row
    row += size
  })
  rowStarts[batchSizes.length] = row
}
