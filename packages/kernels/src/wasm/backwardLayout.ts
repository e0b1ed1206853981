import type { RecurrentSpec } from '../contract/recurrent.ts'
import { gateCount } from '../spec/kinds.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import type { SequenceRange } from './backwardParts.ts'
import { BlockPlan } from './blockPlan.ts'
import {
  type BackwardCallFields,
  backwardCallRecord,
  cacheLineBytes,
  tileRows,
} from './generated/assembly.ts'
import { elementBytes, paddedToLanes, paddedToPanels, tapeColumns } from './panels.ts'
import { none } from './partLayout.ts'
import { recordBytes } from './record.ts'

/** Where a walk back has its areas, as offsets in its block. assembly/backwardCall.ts describes those of a record. */
export interface BackwardLayout {
  readonly byteLength: number
  readonly allRowStarts: number
  /** The areas that all parts of a direction share; those of the input and the outputs are those of both directions. */
  readonly shared: readonly SharedAreas[]
  /** Dropout factors, `(R, D * P)`; {@link none} without dropout. */
  readonly factors: number
  /** For each range of sequences, its batch sizes and row starts. */
  readonly ranges: readonly Pick<BackwardCallFields, 'batchSizes' | 'rowStarts'>[]
  /** For each part that runs at the same time, its record and its own areas. */
  readonly slots: readonly Slot[]
}

export type SharedAreas = Pick<
  BackwardCallFields,
  'input' | 'output' | 'dOutput' | 'tape' | 'h0' | 'c0' | 'dh' | 'dc' | 'dInput'
>

export interface Slot {
  readonly record: number
  readonly chunkRows: number
  readonly areas: OwnAreas
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
  const both = { input: floats(R * widestInput), output: floats(R * D * P), dOutput: floats(R * D * P) }
  return {
    allRowStarts,
    shared: Array.from({ length: D }, () => ({
      ...both,
      tape: floats(R * tapeColumns(spec)),
      h0: floats(N * P),
      c0: isLstm ? floats(N * H) : none,
      dh: floats(N * P),
      dc: isLstm ? floats(N * H) : none,
      dInput: shape.hasInputs ? floats(R * widestInput) : none,
    })),
    factors: shape.hasDropout && spec.numLayers > 1 ? floats(R * D * P) : none,
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
  const { dtype, mode } = spec
  const { H, P } = sizesOf(spec)
  const size = elementBytes(dtype)
  const units = paddedToLanes(dtype, H)
  const gates = gateCount(mode) * units
  const [paddedK, paddedP, paddedH] = [widestInput, P, H].map((n) => paddedToPanels(dtype, n)) as [
    number,
    number,
    number,
  ]
  const isProjected = spec.projSize > 0
  // This is gradientStride in assembly/backwardCall.ts.
  const columns = (mode === 'LSTM' || mode === 'GRU' ? 4 : 1) * units
  const stride = columns + cacheLineBytes / size
  const chunkRows = Math.max(N, Math.min(R, Math.max(leastRows, Math.floor(chunkBytes / (stride * size)))))
  const floats = (elements: number): number => plan.reserve(elements * size)
  const padded = (there: boolean, elements: number): number => (there ? floats(elements) : none)
  return {
    record: plan.reserve(recordBytes(backwardCallRecord)),
    chunkRows,
    areas: {
      dWeightIh: floats(gates * paddedK),
      dWeightHh: floats(gates * paddedP),
      dWeightHr: padded(isProjected, P * paddedH),
      dBias: floats(stride),
      dhRow: floats(N * paddedP),
      dcRow: padded(mode === 'LSTM', N * paddedH),
      c0Row: padded(mode === 'LSTM', N * paddedH),
      direct: padded(mode === 'GRU', N * paddedH),
      dFullRow: padded(isProjected, N * paddedH),
      dGates: floats(chunkRows * stride),
      hBefore: floats(chunkRows * paddedP),
      dhRows: padded(isProjected, chunkRows * paddedP),
      fullRows: padded(isProjected, chunkRows * paddedH),
      tile: floats((N + tileRows) * Math.max(gates, paddedP)),
      left: floats(Math.max((chunkRows + tileRows) * gates, chunkRows * (Math.max(gates, P) + tileRows))),
      right: floats(chunkRows * Math.max(paddedK, isProjected ? paddedH : 0)),
      rightHh: floats(chunkRows * paddedP),
      product: floats(chunkRows * paddedK),
      zeros: floats(Math.max(paddedK, paddedP, paddedH)),
    },
  }
}
