import type { RecurrentMode } from '@unroll/kernels'
import { RuntimeError, type Tensor } from '@unroll/tensor'
import { checkTensor, describe } from './arguments.ts'
import { layerName } from './options.ts'

/** What a layer carries from one timestep to the next: `hn`, or of an LSTM `[hn, cn]`. */
export type HiddenState<M extends RecurrentMode = RecurrentMode> = M extends 'LSTM'
  ? readonly [hn: Tensor, cn: Tensor]
  : Tensor

/** Of the initial states, in the order of {@link statesOf}. */
export const stateNames = ['h0', 'c0'] as const

/**
 * The tensors of a hidden state: `[h]`, or of an LSTM `[h, c]`.
 * @throws TypeError if it is not what the mode asks for, RuntimeError if an LSTM's are not two
 */
export function statesOf<M extends RecurrentMode>(mode: M, hx: HiddenState<M>): Tensor[] {
  const [who, given]: [string, unknown] = [`${layerName(mode)}.forward`, hx]
  if (mode === 'LSTM' && !Array.isArray(given)) {
    throw new TypeError(`${who}: expected hx to be [h0, c0], got ${describe(given)}`)
  }
  const states: unknown[] = mode === 'LSTM' && Array.isArray(given) ? given : [given]
  if (mode === 'LSTM' && states.length !== 2) {
    throw new RuntimeError(`${who}: expected hx to be [h0, c0], got ${states.length} tensors`)
  }
  return states.map((state, index) => {
    checkTensor(who, `hx, ${stateNames[index]},`, state)
    return state
  })
}

/** The inverse of {@link statesOf}. */
export function hiddenOf<M extends RecurrentMode>(mode: M, states: readonly Tensor[]): HiddenState<M> {
  // The mode decides which of the two it is, in the type as here; TypeScript cannot follow.
  return (mode === 'LSTM' ? states : states[0]) as HiddenState<M>
}
