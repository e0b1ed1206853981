import type { RecurrentMode } from '../engine.ts'
import { gateCount, sizesOf } from '../layout.ts'
import { BlockPlan } from './instance.ts'
import { elementBytes, packedColumns, paddedToPanels } from './panels.ts'
import type { WasmWeights } from './wasmWeights.ts'

/** Values of the field `mode`; the same in assembly/recurrent.ts. */
const modes: Record<RecurrentMode, number> = { RNN_TANH: 0, RNN_RELU: 1, LSTM: 2, GRU: 3 }

/**
 * Bytes of pre-activations computed at once: a chunk of timesteps is projected, then stepped through while it is
 * still in the second-level cache.
 */
const chunkBytes = 512 * 1024

/** Where a call's areas are, as offsets in its block; the record itself is at offset 0. */
export interface CallLayout {
  readonly byteLength: number
  readonly batchSizes: number
  readonly rowStarts: number
  readonly input: number
  readonly output: number
  readonly h: number
  readonly c: number
  readonly dropout: number
  /** The record for a block that was allocated at `base`: the fields of Call in assembly/recurrent.ts, in order. */
  record(base: number): number[]
}

/** What a call's areas depend on besides the weights. */
export interface CallShape {
  /** `(T)` */
  readonly batchSizes: Int32Array
  readonly batchFirst: boolean
  /** Elements of the dropout factors; 0 without dropout. */
  readonly dropoutLength: number
}

/** Plans the block of one call. Areas are described in assembly/recurrent.ts. */
export function planCall(weights: WasmWeights, shape: CallShape): CallLayout {
  const { spec } = weights
  const N = shape.batchSizes[0] ?? 0
  const R = shape.batchSizes.reduce((sum, rows) => sum + rows, 0)
  const { dtype } = spec
  const { D, I, H, P } = sizesOf(spec)
  const T = shape.batchSizes.length
  const columns = packedColumns(dtype, H, gateCount(spec.mode))
  const size = elementBytes(dtype)
  const chunkRows = Math.max(N, Math.min(R, Math.max(48, Math.floor(chunkBytes / (columns * size)))))
  const widestInput = spec.numLayers === 1 ? I : Math.max(I, D * P)
  const stateWidth = paddedToPanels(dtype, P)
  const fullWidth = paddedToPanels(dtype, H)

  const plan = new BlockPlan()
  plan.reserve(fieldCount * 4)
  const floats = (elements: number): number => plan.reserve(elements * size)
  const none = 0
  const at = {
    batchSizes: plan.reserve(T * 4),
    rowStarts: plan.reserve((T + 1) * 4),
    input: floats(R * I),
    output: floats(R * D * P),
    betweenA: spec.numLayers > 1 ? floats(R * D * P) : none,
    betweenB: spec.numLayers > 2 ? floats(R * D * P) : none,
    h: floats(spec.numLayers * D * N * P),
    c: spec.mode === 'LSTM' ? floats(spec.numLayers * D * N * H) : none,
    dropout: shape.dropoutLength > 0 ? floats(shape.dropoutLength) : none,
    pre: floats(chunkRows * columns),
    hidden: spec.mode === 'GRU' ? floats(N * columns) : none,
    rows: floats((chunkRows + 6) * widestInput),
    hRow: floats(N * stateWidth),
    cRow: spec.mode === 'LSTM' ? floats(N * fullWidth) : none,
    fullRow: spec.projSize > 0 ? floats(N * fullWidth) : none,
    hTile: N > 1 ? floats((N + 6) * P) : none,
    fullTile: spec.projSize > 0 ? floats((N + 6) * H) : none,
  }
  return {
    byteLength: plan.byteLength,
    ...at,
    record: (base) => {
      const address = (offset: number): number => (offset === none ? 0 : base + offset)
      return [
        ...[modes[spec.mode], T, N, spec.numLayers, D, I, H, P, shape.batchFirst ? 1 : 0, chunkRows],
        ...[
          address(at.batchSizes),
          address(at.rowStarts),
          weights.address,
          address(at.input),
          address(at.output),
        ],
        ...[address(at.betweenA), address(at.betweenB), address(at.h), address(at.c), address(at.dropout)],
        ...[address(at.pre), address(at.hidden), address(at.rows), address(at.hRow), address(at.cRow)],
        ...[address(at.fullRow), address(at.hTile || at.hRow), address(at.fullTile)],
      ]
    },
  }
}

/** Fields of Call in assembly/recurrent.ts. */
export const fieldCount = 28
