import type { RecurrentSpec } from '../contract/recurrent.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import type { SequenceRange } from './backwardParts.ts'
import { BlockPlan } from './blockPlan.ts'
import {
  type BackwardCallFields,
  backwardCallRecord,
  cacheLineBytes,
  tileRows,
} from './generated/assembly.ts'
import { elementBytes, paddedToLanes, paddedToPanels } from './panels.ts'
import { none } from './partLayout.ts'
import { recordBytes } from './record.ts'

/** Where a walk back has its areas, as offsets in its block. assembly/backwardCall.ts describes those of a record. */
export interface BackwardLayout {
  readonly byteLength: number
  readonly allRowStarts: number
  /** A copy of the areas that the call has recorded; {@link none} where they are in wasm memory already. */
  readonly recorded: number
  /** `(R, D * P)`: what a layer read, after dropout; {@link none} without dropout. */
  readonly dropped: number
  /** The areas that all parts of a direction share; dOutput is that of both directions. */
  readonly shared: readonly SharedAreas[]
  /** For each range of sequences, its batch sizes and row starts. */
  readonly ranges: readonly Pick<BackwardCallFields, 'batchSizes' | 'rowStarts'>[]
  /** For each part that runs at the same time, its record and its own areas. */
  readonly slots: readonly Slot[]
}

type SharedAreas = Pick<BackwardCallFields, 'dOutput' | 'h0' | 'c0' | 'dh' | 'dc' | 'dInput'>

export interface Slot {
  readonly record: number
  readonly chunkRows: number
  readonly areas: OwnAreas
}

/** Sizes of a walk back, in elements. assembly/backwardCall.ts tells what they mean. */
export type BackwardSizes = Pick<
  BackwardCallFields,
  'gates' | 'units' | 'dStride' | 'inputStride' | 'stateStride' | 'stride'
>

/** @param inputs of the layer; of the widest one for the areas */
export function backwardSizes(spec: RecurrentSpec, inputs: number): BackwardSizes {
  const { dtype, mode } = spec
  const { G, H, P } = sizesOf(spec)
  const units = paddedToLanes(dtype, H)
  return {
    gates: G,
    units,
    // A row of a GRU has a gradient more than gates: n's two summands have one each.
    dStride: (mode === 'GRU' ? 4 : G) * units + cacheLineBytes / elementBytes(dtype),
    inputStride: paddedToPanels(dtype, inputs),
    stateStride: paddedToPanels(dtype, P),
    stride: paddedToPanels(dtype, H),
  }
}

/** The areas of a part. */
export type OwnAreas = Pick<
  BackwardCallFields,
  | 'dWeightIh'
  | 'dWeightHh'
  | 'dWeightHr'
  | 'dBias'
  | 'dhRow'
  | 'dcRow'
  | 'c0Row'
  | 'direct'
  | 'dFullRow'
  | 'dGates'
  | 'hBefore'
  | 'dhRows'
  | 'fullRows'
  | 'tile'
  | 'left'
  | 'right'
  | 'rightHh'
  | 'product'
  | 'zeros'
>

/** What a walk back depends on. */
export interface BackwardShape {
  /** `(T)` */
  readonly batchSizes: Int32Array
  readonly hasDropout: boolean
  /** Bytes of what was recorded, if it has to be copied to wasm memory; null if it is there. */
  readonly missingBytes: number | null
  /** Whether the gradient of any layer's input is made. */
  readonly hasInputs: boolean
  /** How many layers are walked, from the last down. */
  readonly layers: number
  readonly ranges: readonly SequenceRange[]
  /** Directions that are walked at the same time. */
  readonly directionsAtOnce: number
}

/** Bytes of gates' gradients of a chunk of timesteps: they stay in the second-level cache until its products are done. */
const chunkBytes = 512 * 1024

/** Rows of a chunk at least: so often the gradients of the weights are read and written. */
const leastRows = 128

/** Plans the block of one walk back. Layers use the same areas, one after the other. */
export function planBackward(spec: RecurrentSpec, shape: BackwardShape): BackwardLayout {
  const { batchSizes, ranges, directionsAtOnce } = shape
  const sizes = sizesOf(spec)
  const { D, H, P } = sizes
  const N = batchSizes[0] ?? 0
  const R = batchSizes.reduce((sum, rows) => sum + rows, 0)
  const isLstm = spec.mode === 'LSTM'
  const plan = new BlockPlan()
  const floats = (elements: number): number => plan.reserve(elements * elementBytes(spec.dtype))
  const widestInput = Math.max(
    ...Array.from({ length: shape.layers }, (_, index) => layerInputSize(sizes, spec.numLayers - 1 - index)),
  )
  const allRowStarts = plan.reserve((batchSizes.length + 1) * 4)
  const dOutput = floats(R * D * P)
  return {
    allRowStarts,
    recorded: shape.missingBytes === null ? none : plan.reserve(shape.missingBytes),
    dropped: shape.hasDropout ? floats(R * D * P) : none,
    shared: Array.from({ length: D }, () => ({
      dOutput,
      h0: floats(N * P),
      c0: isLstm ? floats(N * H) : none,
      dh: floats(N * P),
      dc: isLstm ? floats(N * H) : none,
      dInput: shape.hasInputs ? floats(R * widestInput) : none,
    })),
    ranges: ranges.map(() => ({
      batchSizes: plan.reserve(batchSizes.length * 4),
      rowStarts: plan.reserve((batchSizes.length + 1) * 4),
    })),
    slots: ranges.flatMap((range) =>
      Array.from({ length: directionsAtOnce }, () => planSlot(spec, range, widestInput, plan)),
    ),
    byteLength: plan.byteLength,
  }
}

function planSlot(
  spec: RecurrentSpec,
  { sequences: N, rows: R }: SequenceRange,
  widestInput: number,
  plan: BlockPlan,
): Slot {
  const { mode } = spec
  const { P } = sizesOf(spec)
  const size = elementBytes(spec.dtype)
  const sizes = backwardSizes(spec, widestInput)
  const { units, dStride, inputStride, stateStride, stride } = sizes
  const gates = sizes.gates * units
  const isProjected = spec.projSize > 0
  const chunkRows = Math.max(N, Math.min(R, Math.max(leastRows, Math.floor(chunkBytes / (dStride * size)))))
  const floats = (elements: number): number => plan.reserve(elements * size)
  const padded = (there: boolean, elements: number): number => (there ? floats(elements) : none)
  return {
    record: plan.reserve(recordBytes(backwardCallRecord)),
    chunkRows,
    areas: {
      dWeightIh: floats(gates * inputStride),
      dWeightHh: floats(gates * stateStride),
      dWeightHr: padded(isProjected, P * stride),
      dBias: floats(dStride),
      dhRow: floats(N * stateStride),
      dcRow: padded(mode === 'LSTM', N * stride),
      c0Row: padded(mode === 'LSTM', N * stride),
      direct: padded(mode === 'GRU', N * stride),
      dFullRow: padded(isProjected, N * stride),
      dGates: floats(chunkRows * dStride),
      hBefore: floats(chunkRows * stateStride),
      dhRows: padded(isProjected, chunkRows * stateStride),
      fullRows: padded(isProjected, chunkRows * stride),
      tile: floats((N + tileRows) * Math.max(gates, stateStride)),
      left: floats(Math.max((chunkRows + tileRows) * gates, chunkRows * (Math.max(gates, P) + tileRows))),
      right: floats(chunkRows * Math.max(inputStride, isProjected ? stride : 0)),
      rightHh: floats(chunkRows * stateStride),
      product: floats(chunkRows * inputStride),
      zeros: floats(Math.max(inputStride, stateStride, stride)),
    },
  }
}
