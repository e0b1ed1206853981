/**
 * The block of packed weights.
 *
 * | area | shape | layout |
 * |---|---|---|
 * | directions | a record for each of `numLayers * D`, with the addresses of its areas | assembly/call.ts, Direction |
 * | weightIh, weightHh | `(columns, inputs)`, `(columns, P)` | panels of gate columns, assembly/pack.ts |
 * | bias, biasHh | `(columns)` | as the columns; GRU keeps `b_hn` apart: its gate r multiplies it |
 * | weightHr | `(P, H)` | panels, natural column order |
 */

import type { DirectionWeights, FloatArray, RecurrentSpec } from '../contract/recurrent.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { BlockPlan } from './blockPlan.ts'
import { type DirectionFields, directionRecord } from './generated/assembly.ts'
import type { WasmInstance } from './instance.ts'
import { elementBytes, packedColumn, packedColumns } from './panels.ts'
import { recordBytes, writeRecord } from './record.ts'

/** Where everything is in the block, as offsets. The records come first, so no area has offset 0. */
export interface DirectionsLayout {
  readonly byteLength: number
  /** The areas of each direction; `weightHr` is 0 without a projection. */
  readonly directions: readonly DirectionFields[]
}

export function planDirections(spec: RecurrentSpec): DirectionsLayout {
  const { dtype } = spec
  const sizes = sizesOf(spec)
  const { G, D, H, P } = sizes
  const columns = packedColumns(dtype, H, G)
  const count = spec.numLayers * D
  const plan = new BlockPlan()
  plan.reserve(count * recordBytes(directionRecord))
  const reserve = (elements: number): number => plan.reserve(elements * elementBytes(dtype))
  const directions = Array.from({ length: count }, (_, index) => ({
    weightIh: reserve(columns * layerInputSize(sizes, Math.floor(index / D))),
    bias: reserve(columns),
    weightHh: reserve(columns * P),
    biasHh: reserve(columns),
    weightHr: spec.projSize > 0 ? reserve(packedColumns(dtype, P, 1) * H) : 0,
  }))
  return { byteLength: plan.byteLength, directions }
}

/** The matrices of a direction. */
export type MatrixName = 'weightIh' | 'weightHh' | 'weightHr'

/** The sizes of a matrix as PyTorch stores it: it has `gates * units` rows and `depth` columns. */
export interface MatrixSizes {
  readonly depth: number
  readonly units: number
  readonly gates: number
}

/**
 * The sizes of a direction's matrix.
 * @param index of the direction, in the order the weights were packed in
 */
export function matrixSizes(spec: RecurrentSpec, index: number, matrix: MatrixName): MatrixSizes {
  const sizes = sizesOf(spec)
  const { G, D, H, P } = sizes
  if (matrix === 'weightHr') return { depth: H, units: P, gates: 1 }
  return {
    depth: matrix === 'weightHh' ? P : layerInputSize(sizes, Math.floor(index / D)),
    units: H,
    gates: G,
  }
}

/**
 * Fills the block at `base`.
 * @param alsoPack is called for each matrix, while it lies in wasm memory as PyTorch stores it
 * @throws RangeError if the memory has no room for a copy of the largest matrix; then nothing is written
 */
export function packDirections(
  instance: WasmInstance,
  spec: RecurrentSpec,
  { directions }: DirectionsLayout,
  base: number,
  weights: readonly DirectionWeights[],
  alsoPack?: (index: number, matrix: MatrixName, address: number) => void,
): void {
  const { dtype } = spec
  const { G, H } = sizesOf(spec)
  const columns = packedColumns(dtype, H, G)
  const longest = Math.max(
    ...weights.flatMap((w) => [w.weightIh.length, w.weightHh.length, w.weightHr?.length ?? 0]),
  )
  const raw = instance.allocate(longest * elementBytes(dtype))
  const pack = dtype === 'float32' ? instance.exports.packPanelsF32 : instance.exports.packPanelsF64
  const packMatrix = (to: number, index: number, name: MatrixName, matrix: FloatArray): void => {
    const { depth, units, gates } = matrixSizes(spec, index, name)
    instance.floats(dtype, raw, matrix.length).set(matrix)
    pack(to, raw, depth, units, gates)
    alsoPack?.(index, name, raw)
  }
  try {
    weights.forEach((w, index) => {
      const offsets = directions[index]
      if (offsets === undefined) return
      const at = {
        weightIh: base + offsets.weightIh,
        bias: base + offsets.bias,
        weightHh: base + offsets.weightHh,
        biasHh: base + offsets.biasHh,
        weightHr: offsets.weightHr && base + offsets.weightHr,
      }
      packMatrix(at.weightIh, index, 'weightIh', w.weightIh)
      packMatrix(at.weightHh, index, 'weightHh', w.weightHh)
      if (w.weightHr !== null) packMatrix(at.weightHr, index, 'weightHr', w.weightHr)
      packBiases(
        spec,
        w,
        instance.floats(dtype, at.bias, columns),
        instance.floats(dtype, at.biasHh, columns),
      )
      writeRecord(instance, base + index * recordBytes(directionRecord), directionRecord, at)
    })
  } finally {
    instance.release(raw)
  }
}

/** `b_ih + b_hh` where they can be added in advance. GRU's `b_hn` stays apart. */
function packBiases(spec: RecurrentSpec, w: DirectionWeights, bias: FloatArray, biasHh: FloatArray): void {
  const { dtype } = spec
  const { G, H } = sizesOf(spec)
  bias.fill(0)
  biasHh.fill(0)
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
}
