import type { RecurrentInput, RecurrentSpec } from '@unroll/kernels'
import { checkInput } from '@unroll/kernels/checks'

/**
 * Checks a call with `checkInput`, and refuses what this engine does not compute.
 * @returns `N` and `R`
 * @throws RangeError on wrong lengths or batch sizes, or if cell states of all timesteps are asked for
 */
export function checkCall(spec: RecurrentSpec, call: RecurrentInput): { N: number; R: number } {
  const counts = checkInput(spec, call)
  if (!call.returnCells) return counts
  throw new RangeError(
    'recurrent: the gpu engine does not give the cell states of all timesteps; for returnCells move the module to wasm',
  )
}
