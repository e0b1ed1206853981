import type { RecurrentSpec } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import { BlockPlan } from './blockPlan.ts'
import type { CallShape } from './callShape.ts'
import { barrierBytes, type CallFields, tileRows } from './generated/assembly.ts'
import { elementBytes, tapeColumns } from './panels.ts'
import { betweenAreas, type CommonAreas, type Group, none, type PartLayout, planPart } from './partLayout.ts'
import { type Part, wholeCall } from './parts.ts'
import { maySleep } from './threadPool.ts'

/** Where a call's areas are, as offsets in its block. */
export interface CallLayout {
  readonly byteLength: number
  readonly common: CommonAreas
  readonly recorded: RecordedLayout
  readonly parts: readonly PartLayout[]
  /** The whole call for one thread, for when the parts of a group cannot meet; null if no parts have to. */
  readonly alone: PartLayout | null
}

/** What a recorded call leaves for the way back: the areas at the start of its block. */
export interface RecordedLayout {
  readonly byteLength: number
  /** Their offsets; {@link none} for areas that are not there. */
  readonly areas: Pick<CallFields, 'input' | 'output' | 'between' | 'tape' | 'dropout'>
}

/** Plans the block of one call, computed by `parts`. */
export function planCall(spec: RecurrentSpec, shape: CallShape, parts: readonly Part[]): CallLayout {
  const plan = new BlockPlan()
  // The first areas, so that they are side by side from the start of the block.
  const recorded = planRecorded(spec, shape, plan)
  const common = planCommon(spec, shape, recorded, plan)
  const groups = new Map<number, Group>()
  const layouts = parts.map((part, index) => {
    const parties = parts.filter(({ group }) => group === part.group).length
    const group = groups.get(part.group) ?? planGroup(spec, part, parties, plan)
    groups.set(part.group, group)
    return planPart(spec, shape, part, common, group, index > 0 || maySleep(), plan)
  })
  const meet = [...groups.values()].some(({ parties }) => parties > 1)
  const alone = meet ? planAlone(spec, shape, common, plan) : null
  return { byteLength: plan.byteLength, common, recorded, parts: layouts, alone }
}

function planRecorded(
  spec: RecurrentSpec,
  { batchSizes, dropoutLength, recorded }: CallShape,
  plan: BlockPlan,
): RecordedLayout {
  const { D, I, P } = sizesOf(spec)
  const R = batchSizes.reduce((sum, size) => sum + size, 0)
  const floats = (elements: number): number => plan.reserve(elements * elementBytes(spec.dtype))
  const areas = {
    input: floats(R * I),
    output: floats(R * D * P),
    between: spec.numLayers > 1 ? floats(betweenAreas(spec, recorded) * R * D * P) : none,
    tape: recorded && tapeLength(spec, R) > 0 ? floats(tapeLength(spec, R)) : none,
    dropout: dropoutLength > 0 ? floats(dropoutLength) : none,
  }
  return { byteLength: plan.byteLength, areas }
}

/** The areas that all parts share. */
function planCommon(
  spec: RecurrentSpec,
  { batchSizes, dropoutLength, returnCells, recorded }: CallShape,
  { areas }: RecordedLayout,
  plan: BlockPlan,
): CommonAreas {
  const { D, H, P } = sizesOf(spec)
  const N = batchSizes[0] ?? 0
  const R = batchSizes.reduce((sum, size) => sum + size, 0)
  const floats = (elements: number): number => plan.reserve(elements * elementBytes(spec.dtype))
  return {
    ...areas,
    allRowStarts: plan.reserve((batchSizes.length + 1) * 4),
    dropped: recorded && dropoutLength > 0 ? floats(2 * R * D * P) : none,
    h: floats(spec.numLayers * D * N * P),
    c: spec.mode === 'LSTM' ? floats(spec.numLayers * D * N * H) : none,
    cells: returnCells ? floats(R * D * H) : none,
  }
}

/** Elements of the tape of `R` rows: assembly/call.ts describes it. */
function tapeLength(spec: RecurrentSpec, R: number): number {
  return spec.numLayers * sizesOf(spec).D * R * tapeColumns(spec)
}

function planGroup(spec: RecurrentSpec, { sequences }: Part, parties: number, plan: BlockPlan): Group {
  const { P } = sizesOf(spec)
  const reserveTile = (): number => plan.reserve((sequences + tileRows) * P * elementBytes(spec.dtype))
  const hTile = reserveTile()
  // A part alone has read all of hTile before it writes the next.
  if (parties === 1) return { parties, areas: { barrier: none, hTile, hTileNext: hTile } }
  return { parties, areas: { barrier: plan.reserve(barrierBytes), hTile, hTileNext: reserveTile() } }
}

/** The whole call as one part, in addition to those that have to meet. */
function planAlone(spec: RecurrentSpec, shape: CallShape, common: CommonAreas, plan: BlockPlan): PartLayout {
  const part = wholeCall(spec, shape.batchSizes)
  return planPart(spec, shape, part, common, planGroup(spec, part, 1, plan), maySleep(), plan)
}
