import { allocate } from '../allocate.ts'
import { checkWeights } from '../checks/weights.ts'
import type { DirectionWeights, FloatArray, PackedWeights, RecurrentSpec } from '../contract/recurrent.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { BlockPlan, type WasmInstance } from './instance.ts'
import { elementBytes, packedColumn, packedColumns } from './panels.ts'
import type { WasmCall } from './wasmCall.ts'

/**
 * Packed weights: one block of wasm memory.
 *
 * | area | shape | layout |
 * |---|---|---|
 * | directions | `(numLayers * D, 5)` 32-bit addresses of the areas below | assembly/call.ts, Direction |
 * | weightIh, weightHh | `(columns, inputs)`, `(columns, P)` | panels of gate columns, assembly/pack.ts |
 * | bias, biasHh | `(columns)` | as the columns; GRU keeps `b_hn` apart: its gate r multiplies it |
 * | weightHr | `(P, H)` | panels, natural column order |
 */
export class WasmWeights implements PackedWeights {
  readonly spec: RecurrentSpec
  readonly byteLength: number
  readonly instance: WasmInstance
  /** Kept by WasmCall for the next of its shape. */
  idleCall: WasmCall | null = null
  readonly #records: readonly DirectionRecord[]
  #address: number | null
  #version = 0

  constructor(instance: WasmInstance, spec: RecurrentSpec, weights: readonly DirectionWeights[]) {
    checkWeights(spec, weights)
    this.instance = instance
    this.spec = spec
    const { plan, records } = planBlock(spec, weights)
    this.byteLength = plan.byteLength
    this.#records = records
    this.#address = instance.allocateFilled(plan.byteLength, (base) => this.#fill(base, weights))
  }

  get version(): number {
    return this.#version
  }

  update(weights: readonly DirectionWeights[]): void {
    const { address } = this
    checkWeights(this.spec, weights)
    this.#fill(address, weights)
    this.#version++
  }

  get disposed(): boolean {
    return this.#address === null
  }

  get stale(): boolean {
    return this.instance.superseded
  }

  /** Of the table of directions, which is the start of the block. */
  get address(): number {
    if (this.#address === null) throw new Error('recurrent: these weights were disposed; pack them again')
    return this.#address
  }

  dispose(): void {
    this.idleCall?.dispose()
    this.idleCall = null
    if (this.#address !== null) this.instance.release(this.#address)
    this.#address = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #fill(base: number, weights: readonly DirectionWeights[]): void {
    const { instance, spec } = this
    const { dtype } = spec
    const { G, D, H, P } = sizesOf(spec)
    const longest = Math.max(
      ...weights.flatMap((w) => [w.weightIh.length, w.weightHh.length, w.weightHr?.length ?? 0]),
    )
    const raw = instance.allocate(longest * elementBytes(dtype))
    const pack = dtype === 'float32' ? instance.exports.packPanelsF32 : instance.exports.packPanelsF64
    const packMatrix = (
      to: number,
      matrix: FloatArray,
      depth: number,
      units: number,
      gates: number,
    ): void => {
      instance.floats(dtype, raw, matrix.length).set(matrix)
      pack(base + to, raw, depth, units, gates, depth, 1)
    }
    try {
      weights.forEach((w, index) => {
        const at = this.#records[index]
        if (at === undefined) return
        packMatrix(at.weightIh, w.weightIh, layerInputSize(sizesOf(spec), Math.floor(index / D)), H, G)
        packMatrix(at.weightHh, w.weightHh, P, H, G)
        if (w.weightHr !== null) packMatrix(at.weightHr, w.weightHr, H, P, 1)
        const { bias, biasHh } = packBiases(spec, w)
        instance.floats(dtype, base + at.bias, bias.length).set(bias)
        instance.floats(dtype, base + at.biasHh, biasHh.length).set(biasHh)
        instance
          .integers(base + index * recordBytes, 5)
          .set(
            [at.weightIh, at.bias, at.weightHh, at.biasHh, at.weightHr].map(
              (offset) => offset && base + offset,
            ),
          )
      })
    } finally {
      instance.release(raw)
    }
  }
}

/** Five addresses. */
const recordBytes = 20

/** Offsets in the block; `weightHr` is 0 without a projection, which no area's offset is. */
interface DirectionRecord {
  readonly weightIh: number
  readonly bias: number
  readonly weightHh: number
  readonly biasHh: number
  readonly weightHr: number
}

function planBlock(
  spec: RecurrentSpec,
  weights: readonly DirectionWeights[],
): { plan: BlockPlan; records: readonly DirectionRecord[] } {
  const { dtype } = spec
  const sizes = sizesOf(spec)
  const { G, D, H, P } = sizes
  const columns = packedColumns(dtype, H, G)
  const plan = new BlockPlan()
  plan.reserve(weights.length * recordBytes)
  const reserve = (elements: number): number => plan.reserve(elements * elementBytes(dtype))
  const records = weights.map((w, index) => ({
    weightIh: reserve(columns * layerInputSize(sizes, Math.floor(index / D))),
    bias: reserve(columns),
    weightHh: reserve(columns * P),
    biasHh: reserve(columns),
    weightHr: w.weightHr === null ? 0 : reserve(packedColumns(dtype, P, 1) * H),
  }))
  return { plan, records }
}

/** `b_ih + b_hh` where they may be added at once; GRU's `b_hn` stays apart. */
function packBiases(spec: RecurrentSpec, w: DirectionWeights): { bias: FloatArray; biasHh: FloatArray } {
  const { dtype } = spec
  const { G, H } = sizesOf(spec)
  const columns = packedColumns(dtype, H, G)
  const bias = allocate(dtype, columns)
  const biasHh = allocate(dtype, columns)
  for (let gate = 0; gate < G; gate++) {
    const apart = spec.mode === 'GRU' && gate === 2
    for (let unit = 0; unit < H; unit++) {
      const column = packedColumn(dtype, G, gate, unit)
      const fromX = w.biasIh?.[gate * H + unit] ?? 0
      const fromH = w.biasHh?.[gate * H + unit] ?? 0
      bias[column] = apart ? fromX : fromX + fromH
      biasHh[column] = apart ? fromH : 0
    }
  }
  return { bias, biasHh }
}
