import { allocate } from '../allocate.ts'
import type { DirectionWeights, FloatArray } from '../contract/recurrent.ts'
import type {
  DirectionGradients,
  OutputGradients,
  RecurrentGradients,
  WantedGradients,
} from '../contract/training.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import {
  type BackwardLayout,
  backwardSizes,
  type OwnAreas,
  planBackward,
  type Slot,
} from './backwardLayout.ts'
import { type BackwardParts, splitBackward } from './backwardParts.ts'
import { usualMultiplyAdds, writeRowStarts } from './callPlan.ts'
import {
  type BackwardCallFields,
  backwardCallRecord,
  binaryNumbers,
  modeNumbers,
} from './generated/assembly.ts'
import { elementBytes, tapeColumns } from './panels.ts'
import { addressesOf, none } from './partLayout.ts'
import { multiplyAdds } from './parts.ts'
import { writeRecord } from './record.ts'
import type { Recording } from './recording.ts'
import type { RunnableWeights } from './runCall.ts'
import { allocateFactors, type WeightFactors } from './weightFactors.ts'

/** One walk back: a block of wasm memory with everything it needs, which {@link BackwardWalk.run} gives back. */
export class BackwardWalk {
  readonly #weights: RunnableWeights
  readonly #recording: Recording
  readonly #wanted: WantedGradients
  readonly #parts: BackwardParts
  readonly #layout: BackwardLayout
  /** The lowest layer that is walked. */
  readonly #lowest: number
  readonly #base: number
  /** `N` and `R`. */
  readonly #N: number
  readonly #R: number
  readonly #dWeights: DirectionGradients[] = []

  constructor(
    weights: RunnableWeights,
    recording: Recording,
    wanted: WantedGradients,
    lowest: number,
    threads: number,
  ) {
    const { spec, instance } = weights
    const { batchSizes, dropout } = recording
    this.#weights = weights
    this.#recording = recording
    this.#wanted = wanted
    this.#N = batchSizes[0] ?? 0
    this.#R = batchSizes.reduce((sum, size) => sum + size, 0)
    this.#lowest = lowest
    this.#parts = splitBackward(spec, batchSizes, threads)
    this.#layout = planBackward(spec, {
      batchSizes,
      hasDropout: dropout !== null,
      hasInputs: this.#lowest < spec.numLayers - 1 || wanted.input !== false,
      layers: spec.numLayers - this.#lowest,
      ...this.#parts,
    })
    this.#base = instance.allocate(this.#layout.byteLength)
  }

  /** @returns null if a thread failed */
  run({ output, hn, cn }: OutputGradients): RecurrentGradients | null {
    const { spec, instance } = this.#weights
    const { D, H, P } = sizesOf(spec)
    const { numLayers, dtype } = spec
    const N = this.#N
    const states = numLayers * D * N
    const dh = this.#wanted.h0 === false ? null : allocate(dtype, states * P)
    const dc = spec.mode !== 'LSTM' || this.#wanted.c0 === false ? null : allocate(dtype, states * H)
    let result: 'done' | 'undone' | 'lost' = 'undone'
    try {
      this.#writeRows()
      const [shared] = this.#layout.shared
      if (shared === undefined) return null
      setOrFill(this.#floats(shared.dOutput, this.#R * D * P), output)
      for (let layer = numLayers - 1; layer >= this.#lowest; layer--) {
        this.#fillLayer(layer)
        for (let direction = 0; direction < D; direction++) {
          const state = layer * D + direction
          this.#fillDirection(direction, state, hn, cn)
        }
        this.#fillFactors()
        for (let direction = 0; direction < D; direction += this.#parts.directionsAtOnce) {
          result = this.#runDirections(layer, direction)
          if (result !== 'done') return null
          this.#readWeights(layer, direction)
        }
        for (let direction = 0; direction < D; direction++) {
          const area = this.#layout.shared[direction] ?? shared
          const state = layer * D + direction
          dh?.set(this.#floats(area.dh, N * P), state * N * P)
          dc?.set(this.#floats(area.dc, N * H), state * N * H)
        }
        if (this.#wantsInput(layer)) this.#addInputs(layer)
        if (layer > this.#lowest) this.#passDown(layer)
      }
      const input =
        this.#wanted.input === false ? null : this.#floats(shared.dInput, this.#R * spec.inputSize).slice()
      const factors = this.#wanted.factors === true ? this.#readFactors() : null
      return { input, h0: dh, c0: dc, weights: this.#gradients(), factors }
    } finally {
      if (result === 'lost') instance.abandon(this.#base)
      else instance.release(this.#base)
    }
  }

  #floats(offset: number, length: number): FloatArray {
    const { spec, instance } = this.#weights
    return instance.floats(spec.dtype, this.#base + offset, length)
  }

  #writeRows(): void {
    const { instance } = this.#weights
    const { batchSizes } = this.#recording
    const T = batchSizes.length
    writeRowStarts(instance.integers(this.#base + this.#layout.allRowStarts, T + 1), batchSizes)
    this.#parts.ranges.forEach((range, index) => {
      const areas = this.#layout.ranges[index]
      if (areas === undefined) return
      instance.integers(this.#base + areas.batchSizes, T).set(range.batchSizes)
      writeRowStarts(instance.integers(this.#base + areas.rowStarts, T + 1), range.batchSizes)
    })
  }

  /** What both directions read. */
  #fillLayer(layer: number): void {
    const { spec } = this.#weights
    const { D, P } = sizesOf(spec)
    const { input, output, between, dropout } = this.#recording
    const [shared] = this.#layout.shared
    if (shared === undefined) return
    const length = this.#R * D * P
    const outputOf = (inner: number): FloatArray =>
      inner === spec.numLayers - 1 ? output : between.subarray(inner * length, (inner + 1) * length)
    this.#floats(shared.output, length).set(outputOf(layer))
    if (layer === 0) {
      this.#floats(shared.input, input.length).set(input)
      return
    }
    this.#floats(shared.input, length).set(outputOf(layer - 1))
    if (dropout !== null) this.#dropOut(shared.input, layer - 1)
  }

  /** Multiplies with the factors of the outputs of an inner layer. */
  #dropOut(area: number, layer: number): void {
    const { D, P } = sizesOf(this.#weights.spec)
    const length = this.#R * D * P
    const factors = this.#recording.dropout?.subarray(layer * length, (layer + 1) * length)
    if (factors === undefined) return
    this.#floats(this.#layout.factors, length).set(factors)
    this.#zip(binaryNumbers.mul, area, this.#layout.factors, length)
  }

  #zip(operation: number, to: number, from: number, length: number): void {
    const { spec, instance } = this.#weights
    const { zipF32, zipF64 } = instance.exports
    const zip = spec.dtype === 'float32' ? zipF32 : zipF64
    zip(operation, this.#base + to, this.#base + from, length)
  }

  /** What a direction reads. */
  #fillDirection(direction: number, state: number, hn: FloatArray | null, cn: FloatArray | null): void {
    const { spec } = this.#weights
    const { H, P } = sizesOf(spec)
    const { tape, h0, c0 } = this.#recording
    const area = this.#layout.shared[direction]
    if (area === undefined) return
    const N = this.#N
    const taped = this.#R * tapeColumns(spec)
    const rows = (array: FloatArray | null, width: number): FloatArray | null =>
      array?.subarray(state * N * width, (state + 1) * N * width) ?? null
    this.#floats(area.tape, taped).set(tape.subarray(state * taped, (state + 1) * taped))
    setOrFill(this.#floats(area.h0, N * P), rows(h0, P))
    setOrFill(this.#floats(area.dh, N * P), rows(hn, P))
    if (spec.mode !== 'LSTM') return
    setOrFill(this.#floats(area.c0, N * H), rows(c0, H))
    setOrFill(this.#floats(area.dc, N * H), rows(cn, H))
  }

  /** Runs the parts of as many directions as are walked at the same time. */
  #runDirections(layer: number, first: number): 'done' | 'undone' | 'lost' {
    const { spec, instance } = this.#weights
    const { directionsAtOnce } = this.#parts
    const records = this.#layout.slots.map((slot, index) => {
      const range = Math.floor(index / directionsAtOnce)
      this.#writeRecord(layer, first + (index % directionsAtOnce), range, slot)
      return this.#base + slot.record
    })
    const { threads } = instance
    if (threads !== null && records.length > 1) {
      const work = 2 * multiplyAdds(spec, this.#recording.batchSizes)
      return threads.run({
        elementBytes: elementBytes(spec.dtype),
        records,
        together: false,
        milliseconds: work / spec.numLayers / records.length / usualMultiplyAdds,
      })
    }
    const { recurrentF32, recurrentF64 } = instance.exports
    for (const record of records) (spec.dtype === 'float32' ? recurrentF32 : recurrentF64)(record)
    return 'done'
  }

  #writeRecord(layer: number, direction: number, rangeIndex: number, slot: Slot): void {
    const { spec, instance } = this.#weights
    const sizes = sizesOf(spec)
    const { D, P } = sizes
    const { batchSizes, batchFirst } = this.#recording
    const range = this.#parts.ranges[rangeIndex]
    const rangeAreas = this.#layout.ranges[rangeIndex]
    const shared = this.#layout.shared[direction]
    if (range === undefined || rangeAreas === undefined || shared === undefined) return
    const index = layer * D + direction
    const isLast = layer === spec.numLayers - 1
    const column = direction * P * elementBytes(spec.dtype)
    const wants = (role: keyof DirectionWeights): boolean => this.#wants(index, role)
    const own = slot.areas
    const areas = {
      ...shared,
      tape: this.#recording.factors ? none : shared.tape,
      ...own,
      ...rangeAreas,
      allRowStarts: this.#layout.allRowStarts,
      output: shared.output + column,
      dOutput: shared.dOutput + column,
      dInput: this.#wantsInput(layer) ? shared.dInput : none,
      dWeightIh: wants('weightIh') ? own.dWeightIh : none,
      dWeightHh: wants('weightHh') ? own.dWeightHh : none,
      dWeightHr: wants('weightHr') ? own.dWeightHr : none,
      dBias: wants('biasIh') || wants('biasHh') ? own.dBias : none,
      barrier: none,
    }
    const fields: BackwardCallFields = {
      ...addressesOf(areas, this.#base),
      isBackward: 1,
      parties: 1,
      ...backwardSizes(spec, layerInputSize(sizes, layer)),
      mode: modeNumbers[spec.mode],
      timesteps: batchSizes.length,
      batch: range.sequences,
      firstSequence: range.firstSequence,
      reversed: direction,
      inputSize: layerInputSize(sizes, layer),
      hiddenSize: spec.hiddenSize,
      stateSize: P,
      width: D * P,
      inputBatchMajor: batchFirst && layer === 0 ? 1 : 0,
      outputBatchMajor: batchFirst && isLast ? 1 : 0,
      chunkRows: slot.chunkRows,
      weightIh: this.#wantsInput(layer) ? this.#weights.transposed(index, 'weightIh') : 0,
      weightHh: this.#weights.transposed(index, 'weightHh'),
      weightHr: spec.projSize > 0 ? this.#weights.transposed(index, 'weightHr') : 0,
    }
    writeRecord(instance, this.#base + slot.record, backwardCallRecord, fields)
  }

  /** What {@link BackwardWalk.#readFactors} has read of other calls. */
  #fillFactors(): void {
    const { factors } = this.#recording
    if (factors === undefined) return
    this.#eachFactor(factors, (area, rows) => area.set(rows))
  }

  /** What the gradients of the weights are products of, of one timestep. */
  #readFactors(): FloatArray {
    const factors = allocateFactors(this.#weights.spec, this.#R)
    factors.input.set(this.#recording.input)
    this.#eachFactor(factors, (area, rows) => rows.set(area))
    return factors.all
  }

  /** Calls `move` with the areas of each part, and the rows of `factors` that are the part's. */
  #eachFactor({ gates, hidden }: WeightFactors, move: (area: FloatArray, rows: FloatArray) => void): void {
    const { dStride, stateStride } = backwardSizes(this.#weights.spec, this.#weights.spec.inputSize)
    this.#parts.ranges.forEach(({ firstSequence, rows }, index) => {
      const areas = this.#layout.slots[index]?.areas
      if (areas === undefined) return
      const part = (from: FloatArray, width: number): FloatArray =>
        from.subarray(firstSequence * width, (firstSequence + rows) * width)
      move(this.#floats(areas.dGates, rows * dStride), part(gates, dStride))
      move(this.#floats(areas.hBefore, rows * stateStride), part(hidden, stateStride))
    })
  }

  /** Reads the gradients of the weights of directions that have run, summed over the parts. */
  #readWeights(layer: number, first: number): void {
    const { spec } = this.#weights
    const sizes = sizesOf(spec)
    const { G, D, H, P } = sizes
    const { directionsAtOnce } = this.#parts
    const { slots } = this.#layout
    const inputs = layerInputSize(sizes, layer)
    const { units, inputStride, stateStride, stride } = backwardSizes(spec, inputs)
    const gradients = spec.mode === 'GRU' ? 4 : G
    for (let at = 0; at < directionsAtOnce; at++) {
      const index = layer * D + first + at
      const own = slots.filter((_, slot) => slot % directionsAtOnce === at)
      /** Reads the first `count` rows of each block, and the first `columns` of their `stride` numbers. */
      const read = (
        area: keyof OwnAreas,
        blocks: number,
        blockRows: number,
        count: number,
        stride: number,
        columns: number,
      ): FloatArray => {
        const length = blocks * count * columns
        // Without rows, nothing was computed.
        if (this.#R === 0) return allocate(spec.dtype, length)
        const [to = 0, ...others] = own.map(({ areas }) => areas[area])
        for (const from of others) this.#zip(binaryNumbers.add, to, from, blocks * blockRows * stride)
        if (blockRows !== count || stride !== columns) {
          const size = elementBytes(spec.dtype)
          const { closeGaps } = this.#weights.instance.exports
          closeGaps(this.#base + to, blocks, blockRows, count, stride * size, columns * size)
        }
        return this.#floats(to, length).slice()
      }
      const wants = (role: keyof DirectionWeights): boolean => this.#wants(index, role)
      const bias =
        wants('biasIh') || wants('biasHh') ? read('dBias', 1, gradients, gradients, units, H) : null
      this.#dWeights[index] = {
        weightIh: wants('weightIh') ? read('dWeightIh', G, units, H, inputStride, inputs) : null,
        weightHh: wants('weightHh') ? read('dWeightHh', G, units, H, stateStride, P) : null,
        biasIh: bias && wants('biasIh') ? bias.slice(0, G * H) : null,
        biasHh: bias && wants('biasHh') ? biasOfState(bias, spec.mode === 'GRU', H) : null,
        weightHr: wants('weightHr') ? read('dWeightHr', 1, P, P, stride, H) : null,
      }
    }
  }

  /** Adds the gradients of a layer's input that its directions made, in the first one's area. */
  #addInputs(layer: number): void {
    const { spec } = this.#weights
    const [first, second] = this.#layout.shared
    if (first === undefined || second === undefined) return
    const length = this.#R * layerInputSize(sizesOf(spec), layer)
    this.#zip(binaryNumbers.add, first.dInput, second.dInput, length)
  }

  /** Makes the gradient of a layer's input that of the outputs of the layer below. */
  #passDown(layer: number): void {
    const { D, P } = sizesOf(this.#weights.spec)
    const [shared] = this.#layout.shared
    if (shared === undefined) return
    const length = this.#R * D * P
    if (this.#recording.dropout !== null) this.#dropOut(shared.dInput, layer - 1)
    this.#floats(shared.dOutput, length).set(this.#floats(shared.dInput, length))
  }

  #wants(index: number, role: keyof DirectionWeights): boolean {
    return this.#weights.has(index, role) && this.#wanted.weights?.[index]?.[role] !== false
  }

  #wantsInput(layer: number): boolean {
    return layer > this.#lowest || (layer === 0 && this.#wanted.input !== false)
  }

  /** Those of layers that were not walked are null: nothing of them is wanted. */
  #gradients(): DirectionGradients[] {
    const { spec } = this.#weights
    return Array.from(
      { length: spec.numLayers * sizesOf(spec).D },
      (_, index) => this.#dWeights[index] ?? nothing,
    )
  }
}

/** The gradients of a direction of which none is wanted. */
export const nothing: DirectionGradients = {
  weightIh: null,
  weightHh: null,
  biasIh: null,
  biasHh: null,
  weightHr: null,
}

function setOrFill(to: FloatArray, from: FloatArray | null): void {
  if (from === null) to.fill(0)
  else to.set(from)
}

/** The gradient of `b_hh`. A GRU has another for its `n`, behind those that both biases share. */
function biasOfState(bias: FloatArray, isGru: boolean, H: number): FloatArray {
  const own = bias.slice(0, isGru ? 3 * H : bias.length)
  if (isGru) own.set(bias.subarray(3 * H), 2 * H)
  return own
}
