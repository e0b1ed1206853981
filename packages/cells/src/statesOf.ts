import { describeValue } from '@unroll/kernels'
import { RuntimeError, type Tensor } from '@unroll/tensor'
import type { CellState } from './cellBase.ts'

/** The state of a cell that keeps only `h`; null if none was given. */
export function hiddenOf(hx: Tensor | null | undefined): readonly [h: Tensor] | null {
  return hx === undefined || hx === null ? null : [hx]
}

/**
 * The state of an LSTM cell; null if none was given.
 * @throws TypeError if it is not an array, RuntimeError if it is not a pair
 */
export function pairOf(who: string, hx: CellState | null | undefined): CellState | null {
  if (hx === undefined || hx === null) return null
  if (!Array.isArray(hx)) throw new TypeError(`${who}: expected hx to be [h, c], got ${describeValue(hx)}`)
  if (hx.length !== 2) throw new RuntimeError(`${who}: expected hx to be [h, c], got ${hx.length} tensors`)
  return hx
}
