import type { FloatDType, RecurrentSpec } from '../contract/recurrent.ts'
import { blockPanels, panelBytes } from './generated/assembly.ts'

/** Bytes of an element. */
export function elementBytes(dtype: FloatDType): number {
  return dtype === 'float32' ? 4 : 8
}

/** Columns of a panel. */
function panelWidth(dtype: FloatDType): number {
  return panelBytes / elementBytes(dtype)
}

/** `count` rounded up to whole panels. */
export function paddedToPanels(dtype: FloatDType, count: number): number {
  const width = panelWidth(dtype)
  return Math.ceil(count / width) * width
}

/** Columns of `gates` gates of `units` when packed: packedColumns in assembly/pack.ts. */
export function packedColumns(dtype: FloatDType, units: number, gates: number): number {
  return paddedToPanels(dtype, paddedToLanes(dtype, units) * gates)
}

/** `units` rounded up to whole vectors. */
export function paddedToLanes(dtype: FloatDType, units: number): number {
  const lanes = panelWidth(dtype) / 2
  return Math.ceil(units / lanes) * lanes
}

/** Elements of a row of the tape: tapeColumns in assembly/call.ts. */
export function tapeColumns({ mode, dtype, hiddenSize }: RecurrentSpec): number {
  return paddedToLanes(dtype, hiddenSize) * (mode === 'LSTM' ? 5 : mode === 'GRU' ? 4 : 0)
}

/** Bytes of a row of a block. */
export const blockRowBytes: number = blockPanels * panelBytes

/** Blocks of columns of `gates` gates of `units` when packed. */
export function blockCount(dtype: FloatDType, units: number, gates: number): number {
  return Math.ceil(packedColumns(dtype, units, gates) / (blockPanels * panelWidth(dtype)))
}

/** Position of a gate's unit among packed columns: `[unit block][gate][lane]`. */
export function packedColumn(dtype: FloatDType, gates: number, gate: number, unit: number): number {
  const lanes = panelWidth(dtype) / 2
  return (Math.floor(unit / lanes) * gates + gate) * lanes + (unit % lanes)
}
