import type { RecurrentMode } from '../contract/recurrent.ts'
import { gateCount } from '../spec/kinds.ts'
import { sizesOf } from '../spec/sizes.ts'
import { BlockPlan } from './instance.ts'
import { blockRowBytes, elementBytes, packedColumns, paddedToPanels } from './panels.ts'
import { type Part, wholeCall } from './parts.ts'
import { maySleep } from './threadPool.ts'
import type { WasmWeights } from './wasmWeights.ts'

/** Values of the field `mode`; the same in assembly/call.ts. */
const modes: Record<RecurrentMode, number> = { RNN_TANH: 0, RNN_RELU: 1, LSTM: 2, GRU: 3 }

/**
 * Bytes of pre-activations computed at once: a chunk of timesteps is projected, then stepped through while it is
 * still in the second-level cache.
 */
const chunkBytes = 512 * 1024

/** What a call's areas depend on besides the weights. */
export interface CallShape {
  /** `(T)` */
  readonly batchSizes: Int32Array
  readonly batchFirst: boolean
  /** Elements of the dropout factors; 0 without dropout. */
  readonly dropoutLength: number
  /** Whether the cell states of all timesteps are kept. */
  readonly returnCells: boolean
}

/** Where a call's areas are, as offsets in its block. Areas are described in assembly/call.ts. */
export interface CallLayout {
  readonly byteLength: number
  readonly rowStarts: number
  readonly input: number
  readonly output: number
  readonly h: number
  readonly c: number
  readonly dropout: number
  readonly cells: number
  readonly parts: readonly PartLayout[]
  /** The whole call for one thread, for when the parts of a group cannot meet; null where none have to. */
  readonly alone: PartLayout | null
}

/** The areas of one part. */
interface PartLayout {
  readonly part: Part
  /** Of the record: the fields of Call in assembly/call.ts. */
  readonly record: number
  readonly batchSizes: number
  readonly rowStarts: number
  /** Of its group, {@link barrierBytes} that begin as zeros; null where it has none. */
  readonly barrier: number | null
  /** The record's fields, in order, for a block that was allocated at `base`. */
  fields(base: number): number[]
}

/** Bytes of a barrier, in assembly/barrier.ts. */
export const barrierBytes = 192

/** Milliseconds that a part waits for the others of its group, beside what they may compute meanwhile. */
const patience = 5000

/** Multiply-adds a millisecond of a very slow machine. */
const slowMultiplyAdds = 1e5

/** As in assembly/call.ts. */
const hiddenBytes = 8192

/** Fields of Call. */
export const fieldCount = 43
/** Bytes from the start of a record to its field `fromLayer`, which `toLayer` follows. */
export const fromLayerOffset: number = 32 * 4

/** Offset of an area that is not there; the first area, which has offset 0, is never asked for by address. */
const none = 0

/** Plans the block of one call, computed by `parts`. */
export function planCall(weights: WasmWeights, shape: CallShape, parts: readonly Part[]): CallLayout {
  const { spec } = weights
  const { D, I, H, P } = sizesOf(spec)
  const { batchSizes } = shape
  const T = batchSizes.length
  const N = batchSizes[0] ?? 0
  const R = batchSizes.reduce((sum, rows) => sum + rows, 0)
  const size = elementBytes(spec.dtype)
  const plan = new BlockPlan()
  const floats = (elements: number): number => plan.reserve(elements * size)
  const common = {
    rowStarts: plan.reserve((T + 1) * 4),
    input: floats(R * I),
    output: floats(R * D * P),
    betweenA: spec.numLayers > 1 ? floats(R * D * P) : none,
    betweenB: spec.numLayers > 2 ? floats(R * D * P) : none,
    h: floats(spec.numLayers * D * N * P),
    c: spec.mode === 'LSTM' ? floats(spec.numLayers * D * N * H) : none,
    dropout: shape.dropoutLength > 0 ? floats(shape.dropoutLength) : none,
    cells: shape.returnCells ? floats(R * D * H) : none,
  }
  const groups = new Map<number, GroupAreas>()
  const layouts = parts.map((part, index) => {
    const parties = parts.filter(({ group }) => group === part.group).length
    const group = groups.get(part.group) ?? planGroup(weights, part, parties, plan)
    groups.set(part.group, group)
    return planPart(weights, shape, part, common, group, index > 0 || maySleep(), plan)
  })
  const meet = [...groups.values()].some(({ parties }) => parties > 1)
  const alone = meet ? planAlone(weights, shape, common, plan) : null
  return { byteLength: plan.byteLength, ...common, parts: layouts, alone }
}

/** The whole call as one part, beside those that have to meet. */
function planAlone(weights: WasmWeights, shape: CallShape, common: CommonAreas, plan: BlockPlan): PartLayout {
  const part = wholeCall(weights.spec, shape.batchSizes)
  return planPart(weights, shape, part, common, planGroup(weights, part, 1, plan), maySleep(), plan)
}

/** The areas the parts of a group share. */
interface GroupAreas {
  readonly parties: number
  readonly barrier: number
  readonly hTile: number
  readonly hTileNext: number
}

function planGroup(weights: WasmWeights, { sequences }: Part, parties: number, plan: BlockPlan): GroupAreas {
  const { dtype } = weights.spec
  const { P } = sizesOf(weights.spec)
  const reserveTile = (): number => plan.reserve((sequences + 6) * P * elementBytes(dtype))
  const hTile = reserveTile()
  // Alone, a part has read all of the one before it writes the other.
  if (parties === 1) return { parties, barrier: none, hTile, hTileNext: hTile }
  return { parties, barrier: plan.reserve(barrierBytes), hTile, hTileNext: reserveTile() }
}

/** The areas all parts share. */
interface CommonAreas {
  readonly rowStarts: number
  readonly input: number
  readonly output: number
  readonly betweenA: number
  readonly betweenB: number
  readonly h: number
  readonly c: number
  readonly dropout: number
  readonly cells: number
}

function planPart(
  weights: WasmWeights,
  { batchSizes, batchFirst }: CallShape,
  part: Part,
  common: CommonAreas,
  group: GroupAreas,
  maySleep: boolean,
  plan: BlockPlan,
): PartLayout {
  const { spec } = weights
  const { dtype } = spec
  const { D, I, H, P } = sizesOf(spec)
  const T = batchSizes.length
  const N = part.sequences
  const R = part.batchSizes.reduce((sum, rows) => sum + rows, 0)
  const size = elementBytes(dtype)
  // As preStrideOf in assembly/call.ts.
  const columns = packedColumns(dtype, H, gateCount(spec.mode))
  const ownColumns =
    Math.min(columns, (part.toBlock * blockRowBytes) / size) - (part.fromBlock * blockRowBytes) / size
  const preStride = ownColumns + 64 / size
  const chunkRows = Math.max(N, Math.min(R, Math.max(48, Math.floor(chunkBytes / (preStride * size)))))
  const widestInput = spec.numLayers === 1 ? I : Math.max(I, D * P)
  const stateWidth = paddedToPanels(dtype, P)
  const fullWidth = paddedToPanels(dtype, H)
  const floats = (elements: number): number => plan.reserve(elements * size)
  const betweenMeetings = ownColumns * (chunkRows * widestInput + N * P)
  const own = {
    record: plan.reserve(fieldCount * 4),
    batchSizes: plan.reserve(T * 4),
    rowStarts: plan.reserve((T + 1) * 4),
    pre: floats(chunkRows * preStride),
    hidden: plan.reserve(Math.max(hiddenBytes, N * blockRowBytes)),
    rows: floats((chunkRows + 6) * widestInput),
    hRow: floats(N * stateWidth),
    cRow: spec.mode === 'LSTM' ? floats(N * fullWidth) : none,
    fullRow: spec.projSize > 0 ? floats(N * fullWidth) : none,
    fullTile: spec.projSize > 0 ? floats((N + 6) * H) : none,
  }
  const fields = (base: number): number[] => {
    const address = (offset: number): number => (offset === none ? 0 : base + offset)
    return [
      ...[modes[spec.mode], T, N, spec.numLayers, D, I, H, P, batchFirst ? 1 : 0, chunkRows],
      ...[address(own.batchSizes), address(own.rowStarts), weights.address],
      ...[address(common.input), address(common.output), address(common.betweenA), address(common.betweenB)],
      ...[address(common.h), address(common.c), address(common.dropout)],
      ...[address(own.pre), address(own.hidden), address(own.rows), address(own.hRow), address(own.cRow)],
      ...[address(own.fullRow), address(group.hTile), address(group.hTileNext)],
      address(own.fullTile),
      ...[batchSizes[0] ?? 0, part.firstSequence, base + common.rowStarts],
      ...[0, spec.numLayers, part.fromDirection, part.toDirection, part.fromBlock, part.toBlock],
      ...[address(group.barrier), group.parties, maySleep ? 1 : 0],
      ...[patience + Math.ceil(betweenMeetings / slowMultiplyAdds), address(common.cells)],
    ]
  }
  const barrier = group.barrier === none ? null : group.barrier
  return { part, record: own.record, batchSizes: own.batchSizes, rowStarts: own.rowStarts, barrier, fields }
}
