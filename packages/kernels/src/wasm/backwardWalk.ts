import { allocate } from '../allocate.ts'
import type { DirectionWeights, FloatArray } from '../contract/recurrent.ts'
import type { DirectionGradients, OutputGradients, RecurrentGradients } from '../contract/training.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { backwardSizes, type OwnAreas, type Slot } from './backwardLayout.ts'
import type { BackwardRoom, WalkFields } from './backwardRoom.ts'
import { usualMultiplyAdds } from './callPlan.ts'
import { zipAt } from './elementwise.ts'
import { elementBytes } from './panels.ts'
import { none } from './partLayout.ts'
import { multiplyAdds } from './parts.ts'
import { RecordedRows } from './recordedRows.ts'
import type { Recorded } from './recording.ts'
import type { RunnableWeights } from './runnableWeights.ts'
import type { WantedOfWalk } from './wasmSums.ts'
import { allocateFactors, type WeightFactors } from './weightFactors.ts'
import { nothing, readWeightGradients } from './weightGradients.ts'

/** One walk back. */
export class BackwardWalk {
  readonly #weights: RunnableWeights
  readonly #recorded: Recorded
  readonly #wanted: WantedOfWalk
  /** The lowest layer that is walked. */
  readonly #lowest: number
  readonly #room: BackwardRoom
  readonly #rows: RecordedRows
  /** `N` and `R`. */
  readonly #N: number
  readonly #R: number
  /** Elements of the outputs of a layer: `R * D * P`. */
  readonly #outputs: number
  readonly #dWeights: DirectionGradients[] = []

  constructor(
    weights: RunnableWeights,
    recorded: Recorded,
    wanted: WantedOfWalk,
    lowest: number,
    threads: number,
  ) {
    const { batchSizes, batchFirst, layout, address } = recorded
    const { D, P } = sizesOf(weights.spec)
    this.#weights = weights
    this.#recorded = recorded
    this.#wanted = wanted
    this.#lowest = lowest
    this.#N = batchSizes[0] ?? 0
    this.#R = batchSizes.reduce((sum, size) => sum + size, 0)
    this.#outputs = this.#R * D * P
    this.#room = weights.takeRoom({
      batchSizes,
      batchFirst,
      hasDropout: layout.areas.dropout !== none,
      missingBytes: address === null ? layout.byteLength : null,
      lowest,
      wantsInput: wanted.input !== false,
      threads,
    })
    const { base } = this.#room
    this.#rows = new RecordedRows(weights.spec, recorded, address ?? base + this.#room.layout.recorded)
  }

  /** @returns null if a thread failed */
  run({ output, hn, cn }: OutputGradients): RecurrentGradients | null {
    const { spec } = this.#weights
    const { D, H, P } = sizesOf(spec)
    const { numLayers, dtype } = spec
    const N = this.#N
    const states = numLayers * D * N
    const dh = this.#wanted.h0 === false ? null : allocate(dtype, states * P)
    const dc = spec.mode !== 'LSTM' || this.#wanted.c0 === false ? null : allocate(dtype, states * H)
    let result: 'done' | 'undone' | 'lost' = 'undone'
    try {
      if (this.#recorded.address === null) this.#recorded.copyTo(this.#room.base + this.#room.layout.recorded)
      const [shared] = this.#room.layout.shared
      if (shared === undefined) return null
      setOrFill(this.#floats(shared.dOutput, this.#outputs), output)
      for (let layer = numLayers - 1; layer >= this.#lowest; layer--) {
        const input = this.#inputOf(layer)
        for (let direction = 0; direction < D; direction++) {
          const state = layer * D + direction
          this.#fillDirection(direction, state, hn, cn)
        }
        this.#fillFactors()
        for (let direction = 0; direction < D; direction += this.#room.parts.directionsAtOnce) {
          result = this.#runDirections(layer, direction, input)
          if (result !== 'done') return null
          for (let at = 0; at < this.#room.parts.directionsAtOnce; at++)
            this.#readWeights(layer, direction + at)
        }
        for (let direction = 0; direction < D; direction++) {
          const area = this.#room.layout.shared[direction] ?? shared
          const state = layer * D + direction
          dh?.set(this.#floats(area.dh, N * P), state * N * P)
          dc?.set(this.#floats(area.dc, N * H), state * N * H)
        }
        if (this.#room.wantsInput(layer)) this.#addInputs(layer)
        if (layer > this.#lowest) this.#passDown(layer)
      }
      const input =
        this.#wanted.input === false ? null : this.#floats(shared.dInput, this.#R * spec.inputSize).slice()
      const factors = this.#wanted.factors === true ? this.#readFactors() : null
      return { input, h0: dh, c0: dc, weights: this.#gradients(), factors }
    } finally {
      if (result === 'lost') this.#room.abandon()
      else this.#weights.keepRoom(this.#room)
    }
  }

  #floats(offset: number, length: number): FloatArray {
    return this.#view(this.#room.base + offset, length)
  }

  #view(address: number, length: number): FloatArray {
    const { spec, instance } = this.#weights
    return instance.floats(spec.dtype, address, length)
  }

  /** Where the rows are that a layer has read. */
  #inputOf(layer: number): number {
    const input = this.#rows.input(layer)
    if (layer === 0 || this.#room.layout.dropped === none) return input
    const dropped = this.#room.base + this.#room.layout.dropped
    this.#view(dropped, this.#outputs).set(this.#view(input, this.#outputs))
    this.#dropOut(dropped, layer - 1)
    return dropped
  }

  /** Multiplies with the factors of the outputs of an inner layer. */
  #dropOut(address: number, layer: number): void {
    const { spec, instance } = this.#weights
    zipAt(instance, spec.dtype, 'mul', address, this.#rows.dropout(layer), this.#outputs)
  }

  /** What a direction reads. */
  #fillDirection(direction: number, state: number, hn: FloatArray | null, cn: FloatArray | null): void {
    const { spec } = this.#weights
    const { H, P } = sizesOf(spec)
    const { h0, c0 } = this.#recorded
    const area = this.#room.layout.shared[direction]
    if (area === undefined) return
    const N = this.#N
    const rows = (array: FloatArray | null, width: number): FloatArray | null =>
      array?.subarray(state * N * width, (state + 1) * N * width) ?? null
    setOrFill(this.#floats(area.h0, N * P), rows(h0, P))
    setOrFill(this.#floats(area.dh, N * P), rows(hn, P))
    if (spec.mode !== 'LSTM') return
    setOrFill(this.#floats(area.c0, N * H), rows(c0, H))
    setOrFill(this.#floats(area.dc, N * H), rows(cn, H))
  }

  /** Runs the parts of as many directions as are walked at the same time. */
  #runDirections(layer: number, first: number, input: number): 'done' | 'undone' | 'lost' {
    const { spec, instance } = this.#weights
    const { directionsAtOnce } = this.#room.parts
    const records = this.#room.layout.slots.map((slot, slotIndex) => {
      const direction = first + (slotIndex % directionsAtOnce)
      const fields = this.#fieldsOf(layer, layer * sizesOf(spec).D + direction, input, slot)
      return this.#room.fillRecord(layer, direction, slotIndex, slot, fields)
    })
    const { threads } = instance
    if (threads !== null && records.length > 1) {
      const work = 2 * multiplyAdds(spec, this.#recorded.batchSizes)
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

  /** What a record needs to know of this walk. */
  #fieldsOf(layer: number, index: number, input: number, slot: Slot): WalkFields {
    const { spec } = this.#weights
    const column = (index % sizesOf(spec).D) * sizesOf(spec).P * elementBytes(spec.dtype)
    const area = (name: keyof OwnAreas, ...roles: (keyof DirectionWeights)[]): number =>
      roles.some((role) => this.#wants(index, role)) ? this.#room.base + slot.areas[name] : 0
    return {
      input,
      output: this.#rows.output(layer) + column,
      tape: this.#rows.tape(index),
      weightIh: this.#room.wantsInput(layer) ? this.#weights.transposed(index, 'weightIh') : 0,
      weightHh: this.#weights.transposed(index, 'weightHh'),
      weightHr: spec.projSize > 0 ? this.#weights.transposed(index, 'weightHr') : 0,
      dWeightIh: area('dWeightIh', 'weightIh'),
      dWeightHh: area('dWeightHh', 'weightHh'),
      dWeightHr: area('dWeightHr', 'weightHr'),
      dBias: area('dBias', 'biasIh', 'biasHh'),
    }
  }

  /** What {@link BackwardWalk.#readFactors} has read of other calls. */
  #fillFactors(): void {
    const { factors } = this.#recorded
    if (factors === undefined) return
    this.#eachFactor(factors, (area, rows) => area.set(rows))
  }

  /** What the gradients of the weights are products of, of one timestep. */
  #readFactors(): FloatArray {
    const factors = allocateFactors(this.#weights.spec, this.#R)
    factors.input.set(this.#view(this.#rows.input(0), factors.input.length))
    this.#eachFactor(factors, (area, rows) => rows.set(area))
    return factors.all
  }

  /** Calls `move` with the areas of each part, and the rows of `factors` that are the part's. */
  #eachFactor({ gates, hidden }: WeightFactors, move: (area: FloatArray, rows: FloatArray) => void): void {
    const { dStride, stateStride } = backwardSizes(this.#weights.spec, this.#weights.spec.inputSize)
    this.#room.parts.ranges.forEach(({ firstSequence, rows }, index) => {
      const areas = this.#room.layout.slots[index]?.areas
      if (areas === undefined) return
      const part = (from: FloatArray, width: number): FloatArray =>
        from.subarray(firstSequence * width, (firstSequence + rows) * width)
      move(this.#floats(areas.dGates, rows * dStride), part(gates, dStride))
      move(this.#floats(areas.hBefore, rows * stateStride), part(hidden, stateStride))
    })
  }

  /** Reads the gradients of the weights of a direction that has run, or adds them to sums. */
  #readWeights(layer: number, direction: number): void {
    const { spec } = this.#weights
    const index = layer * sizesOf(spec).D + direction
    const { directionsAtOnce } = this.#room.parts
    const parts = this.#room.layout.slots.filter(
      (_, slot) => slot % directionsAtOnce === direction % directionsAtOnce,
    )
    const areas = parts.map((part) => part.areas)
    const { sums } = this.#wanted
    if (sums !== undefined) {
      // Without rows, nothing was computed.
      if (this.#R > 0) sums.addParts(index, this.#room.base, areas)
      return
    }
    this.#dWeights[index] = readWeightGradients(
      this.#weights,
      layerInputSize(sizesOf(spec), layer),
      this.#R === 0 ? null : { base: this.#room.base, areas },
      (role) => this.#wants(index, role),
    )
  }

  /** Adds the gradients of a layer's input that its directions made, in the first one's area. */
  #addInputs(layer: number): void {
    const { spec, instance } = this.#weights
    const [first, second] = this.#room.layout.shared
    if (first === undefined || second === undefined) return
    const length = this.#R * layerInputSize(sizesOf(spec), layer)
    zipAt(
      instance,
      spec.dtype,
      'add',
      this.#room.base + first.dInput,
      this.#room.base + second.dInput,
      length,
    )
  }

  /** Makes the gradient of a layer's input that of the outputs of the layer below. */
  #passDown(layer: number): void {
    const [shared] = this.#room.layout.shared
    if (shared === undefined) return
    if (this.#room.layout.dropped !== none) this.#dropOut(this.#room.base + shared.dInput, layer - 1)
    this.#floats(shared.dOutput, this.#outputs).set(this.#floats(shared.dInput, this.#outputs))
  }

  #wants(index: number, role: keyof DirectionWeights): boolean {
    return this.#weights.has(index, role) && this.#wanted.weights?.[index]?.[role] !== false
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

function setOrFill(to: FloatArray, from: FloatArray | null): void {
  if (from === null) to.fill(0)
  else to.set(from)
}
