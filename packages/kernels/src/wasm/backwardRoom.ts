import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { type BackwardLayout, backwardSizes, planBackward, type Slot } from './backwardLayout.ts'
import { type BackwardParts, splitBackward } from './backwardParts.ts'
import { type CallWeights, writeRowStarts } from './callPlan.ts'
import { areSameSizes } from './callShape.ts'
import { type BackwardCallFields, backwardCallRecord, modeNumbers } from './generated/assembly.ts'
import { elementBytes } from './panels.ts'
import { addressesOf, none } from './partLayout.ts'
import { writeFields } from './record.ts'

/** What the room for a walk back depends on besides the weights. */
export interface RoomShape {
  /** `(T)` */
  readonly batchSizes: Int32Array
  readonly batchFirst: boolean
  readonly hasDropout: boolean
  /** Bytes of what was recorded, if it has to be copied to wasm memory; null if it is there. */
  readonly missingBytes: number | null
  /** The lowest layer that is walked. */
  readonly lowest: number
  /** Whether the gradient of the first layer's input is made. */
  readonly wantsInput: boolean
  readonly threads: number
}

/** The fields of a record that each walk sets. */
export type WalkFields = Pick<
  BackwardCallFields,
  | 'input'
  | 'output'
  | 'tape'
  | 'weightIh'
  | 'weightHh'
  | 'weightHr'
  | 'dWeightIh'
  | 'dWeightHh'
  | 'dWeightHr'
  | 'dBias'
>

type RoomWeights = Pick<CallWeights, 'spec' | 'instance'>

/** A block of wasm memory with everything that walks back of one shape need. There may be any number of them, one after another. */
export class BackwardRoom {
  readonly base: number
  readonly layout: BackwardLayout
  readonly parts: BackwardParts
  readonly #weights: RoomWeights
  readonly #shape: RoomShape
  /** For each slot, the direction of which layer its record is filled for. */
  readonly #filled: number[] = []

  /** @throws RangeError if the memory has no room for it */
  constructor(weights: RoomWeights, shape: RoomShape) {
    const { spec, instance } = weights
    const { batchSizes, lowest } = shape
    this.#weights = weights
    this.#shape = { ...shape, batchSizes: batchSizes.slice() }
    this.parts = splitBackward(spec, batchSizes, shape.threads)
    this.layout = planBackward(spec, {
      ...shape,
      hasInputs: lowest < spec.numLayers - 1 || shape.wantsInput,
      layers: spec.numLayers - lowest,
      ...this.parts,
    })
    this.base = instance.allocateFilled(this.layout.byteLength, (base) => this.#writeRows(base))
  }

  get byteLength(): number {
    return this.layout.byteLength
  }

  hasShape(shape: RoomShape): boolean {
    const own = this.#shape
    return (
      own.batchFirst === shape.batchFirst &&
      own.hasDropout === shape.hasDropout &&
      own.missingBytes === shape.missingBytes &&
      own.lowest === shape.lowest &&
      own.wantsInput === shape.wantsInput &&
      own.threads === shape.threads &&
      areSameSizes(own.batchSizes, shape.batchSizes)
    )
  }

  /** Whether the gradient of a layer's input is made. */
  wantsInput(layer: number): boolean {
    return layer > this.#shape.lowest || (layer === 0 && this.#shape.wantsInput)
  }

  /** Fills the record of a slot for one direction of a layer. @returns its address */
  fillRecord(layer: number, direction: number, slotIndex: number, slot: Slot, fields: WalkFields): number {
    const { spec, instance } = this.#weights
    const address = this.base + slot.record
    const index = layer * sizesOf(spec).D + direction
    if (this.#filled[slotIndex] !== index) {
      writeFields(instance, address, backwardCallRecord, this.#fixedFields(layer, direction, slotIndex, slot))
      this.#filled[slotIndex] = index
    }
    writeFields(instance, address, backwardCallRecord, fields)
    return address
  }

  dispose(): void {
    this.#weights.instance.release(this.base)
  }

  /** Takes it out of use for good: a thread may still write there. */
  abandon(): void {
    this.#weights.instance.abandon(this.base)
  }

  #writeRows(base: number): void {
    const { instance } = this.#weights
    const { batchSizes } = this.#shape
    const T = batchSizes.length
    writeRowStarts(instance.integers(base + this.layout.allRowStarts, T + 1), batchSizes)
    this.parts.ranges.forEach((range, index) => {
      const areas = this.layout.ranges[index]
      if (areas === undefined) return
      instance.integers(base + areas.batchSizes, T).set(range.batchSizes)
      writeRowStarts(instance.integers(base + areas.rowStarts, T + 1), range.batchSizes)
    })
  }

  #fixedFields(
    layer: number,
    direction: number,
    slotIndex: number,
    slot: Slot,
  ): Omit<BackwardCallFields, keyof WalkFields> {
    const { spec } = this.#weights
    const sizes = sizesOf(spec)
    const { D, P } = sizes
    const { batchSizes, batchFirst } = this.#shape
    const rangeIndex = Math.floor(slotIndex / this.parts.directionsAtOnce)
    const range = this.parts.ranges[rangeIndex]
    const rangeAreas = this.layout.ranges[rangeIndex]
    const shared = this.layout.shared[direction]
    if (range === undefined || rangeAreas === undefined || shared === undefined) {
      throw new Error(`backward: there is no part ${slotIndex} of direction ${direction}`)
    }
    const inputs = layerInputSize(sizes, layer)
    return {
      ...addressesOf(
        {
          ...slot.areas,
          ...shared,
          ...rangeAreas,
          allRowStarts: this.layout.allRowStarts,
          dOutput: shared.dOutput + direction * P * elementBytes(spec.dtype),
          dInput: this.wantsInput(layer) ? shared.dInput : none,
          barrier: none,
        },
        this.base,
      ),
      isBackward: 1,
      parties: 1,
      ...backwardSizes(spec, inputs),
      mode: modeNumbers[spec.mode],
      timesteps: batchSizes.length,
      batch: range.sequences,
      firstSequence: range.firstSequence,
      reversed: direction,
      inputSize: inputs,
      hiddenSize: spec.hiddenSize,
      stateSize: P,
      width: D * P,
      inputBatchMajor: batchFirst && layer === 0 ? 1 : 0,
      outputBatchMajor: batchFirst && layer === spec.numLayers - 1 ? 1 : 0,
      chunkRows: slot.chunkRows,
    }
  }
}
