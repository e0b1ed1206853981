import type { RecurrentSpec } from '../contract/recurrent.ts'
import { gateCount } from '../spec/kinds.ts'
import { sizesOf } from '../spec/sizes.ts'
import type { BlockPlan } from './blockPlan.ts'
import type { CallShape } from './callShape.ts'
import {
  type CallFields,
  cacheLineBytes,
  callRecord,
  hiddenBytes,
  modeNumbers,
  tileRows,
} from './generated/assembly.ts'
import { blockRowBytes, elementBytes, packedColumns, paddedToPanels } from './panels.ts'
import type { Part } from './parts.ts'
import { recordBytes } from './record.ts'

/** Where one part of a call has its record and its areas, as offsets in the call's block. */
export interface PartLayout {
  readonly part: Part
  readonly record: number
  readonly areas: PartAreas
  /** The fields of the record that are not addresses. */
  readonly settings: Omit<CallFields, keyof PartAreas | 'weights'>
}

/** The offset of each area, under the name of the field of Call that holds its address. assembly/call.ts describes the areas. */
type PartAreas = CommonAreas & GroupAreas & OwnAreas

/** The areas all parts share. */
export type CommonAreas = Pick<
  CallFields,
  'allRowStarts' | 'input' | 'output' | 'between' | 'dropped' | 'tape' | 'h' | 'c' | 'dropout' | 'cells'
>

/** The areas the parts of a group share. */
type GroupAreas = Pick<CallFields, 'barrier' | 'hTile' | 'hTileNext'>

type OwnAreas = Pick<
  CallFields,
  'batchSizes' | 'rowStarts' | 'pre' | 'hidden' | 'rows' | 'hRow' | 'cRow' | 'fullRow' | 'fullTile'
>

/** Parts that meet after every timestep; a part alone is a group too. */
export interface Group {
  /** How many parts. */
  readonly parties: number
  readonly areas: GroupAreas
}

/** The offset of an area that is not there. */
export const none = -1

/**
 * Bytes of pre-activations computed at once: a chunk of timesteps is projected, then stepped through while it is
 * still in the second-level cache.
 */
const chunkBytes = 512 * 1024

/** Milliseconds that a part waits for the others of its group, in addition to the time that they may compute. */
const patience = 5000

/** Multiply-adds that a very slow machine does in a millisecond. */
const slowMultiplyAdds = 1e5

export function planPart(
  spec: RecurrentSpec,
  { batchSizes, batchFirst, recorded }: CallShape,
  part: Part,
  common: CommonAreas,
  group: Group,
  maySleep: boolean,
  plan: BlockPlan,
): PartLayout {
  const { dtype } = spec
  const { D, I, H, P } = sizesOf(spec)
  const T = batchSizes.length
  const N = part.sequences
  const R = part.batchSizes.reduce((sum, rows) => sum + rows, 0)
  const size = elementBytes(dtype)
  // This is preStrideOf in assembly/call.ts.
  const columns = packedColumns(dtype, H, gateCount(spec.mode))
  const ownColumns =
    Math.min(columns, (part.toBlock * blockRowBytes) / size) - (part.fromBlock * blockRowBytes) / size
  const preStride = ownColumns + cacheLineBytes / size
  const chunkRows = Math.max(N, Math.min(R, Math.max(48, Math.floor(chunkBytes / (preStride * size)))))
  const widestInput = spec.numLayers === 1 ? I : Math.max(I, D * P)
  const fullWidth = paddedToPanels(dtype, H)
  const floats = (elements: number): number => plan.reserve(elements * size)
  const record = plan.reserve(recordBytes(callRecord))
  const own: OwnAreas = {
    batchSizes: plan.reserve(T * 4),
    rowStarts: plan.reserve((T + 1) * 4),
    pre: floats(chunkRows * preStride),
    hidden: plan.reserve(Math.max(hiddenBytes, N * blockRowBytes)),
    rows: floats((chunkRows + tileRows) * widestInput),
    hRow: floats(N * paddedToPanels(dtype, P)),
    cRow: spec.mode === 'LSTM' ? floats(N * fullWidth) : none,
    fullRow: spec.projSize > 0 ? floats(N * fullWidth) : none,
    fullTile: spec.projSize > 0 ? floats((N + tileRows) * H) : none,
  }
  const betweenMeetings = ownColumns * (chunkRows * widestInput + N * P)
  const settings: PartLayout['settings'] = {
    isBackward: 0,
    betweenAreas: betweenAreas(spec, recorded),
    mode: modeNumbers[spec.mode],
    timesteps: T,
    batch: N,
    layers: spec.numLayers,
    directions: D,
    inputSize: I,
    hiddenSize: H,
    stateSize: P,
    batchFirst: batchFirst ? 1 : 0,
    chunkRows,
    allSequences: batchSizes[0] ?? 0,
    firstSequence: part.firstSequence,
    fromLayer: 0,
    toLayer: spec.numLayers,
    fromDirection: part.fromDirection,
    toDirection: part.toDirection,
    fromBlock: part.fromBlock,
    toBlock: part.toBlock,
    parties: group.parties,
    maySleep: maySleep ? 1 : 0,
    patience: patience + Math.ceil(betweenMeetings / slowMultiplyAdds),
  }
  return { part, record, areas: { ...common, ...group.areas, ...own }, settings }
}

/** How many areas the outputs of inner layers take: all are kept, or only that which is read and that which is written. */
export function betweenAreas({ numLayers }: RecurrentSpec, recorded: boolean): number {
  return recorded ? numLayers - 1 : Math.min(numLayers - 1, 2)
}

/**
 * All fields of a part's record.
 * @param base where the call's block is
 * @param weights where the table of directions is
 */
export function fieldsOf({ areas, settings }: PartLayout, base: number, weights: number): CallFields {
  return { ...settings, ...addressesOf(areas, base), weights }
}

/** The addresses of areas; 0 for those that are not there. */
export function addressesOf<Name extends string>(
  areas: Readonly<Record<Name, number>>,
  base: number,
): Record<Name, number> {
  const addresses: Record<Name, number> = { ...areas }
  for (const name in areas) addresses[name] = areas[name] === none ? 0 : base + areas[name]
  return addresses
}
