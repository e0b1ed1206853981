import { describeValue, type RecurrentMode } from '@unroll/kernels'
import { checkTensor, RuntimeError, Tensor } from '@unroll/tensor'
import { layerName } from './options.ts'

/** What a layer carries from one timestep to the next: `hn`, or `[hn, cn]` for an LSTM. */
export type HiddenState<M extends RecurrentMode = RecurrentMode> = M extends 'LSTM'
  ? readonly [hn: Tensor, cn: Tensor]
  : Tensor

/** The names of the initial states, in the order of {@link statesOf}. */
export const stateNames = ['h0', 'c0'] as const

/**
 * The tensors of a hidden state: `[h]`, or `[h, c]` for an LSTM.
 * @param who the function it was given to, as messages name it
 * @throws TypeError if it is not what the mode asks for, RuntimeError if an LSTM does not get two states
 */
export function statesOf<M extends RecurrentMode>(
  mode: M,
  hx: HiddenState<M>,
  who = `${layerName(mode)}.forward`,
): Tensor[] {
  const given: unknown = hx
  const states = mode === 'LSTM' ? pairOf(who, given) : [singleOf(who, mode, given)]
  return states.map((state, index) => {
    checkTensor(who, `hx, ${stateNames[index]},`, state)
    return state
  })
}

function pairOf(who: string, given: unknown): unknown[] {
  if (!Array.isArray(given)) {
    const remedy = given instanceof Tensor ? '; an LSTM has two states' : ''
    throw new TypeError(`${who}: expected hx to be [h0, c0], got ${describeValue(given)}${remedy}`)
  }
  if (given.length !== 2) {
    throw new RuntimeError(`${who}: expected hx to be [h0, c0], got ${describeValue(given)}`)
  }
  if (!Array.isArray(given[1])) return given
  throw new TypeError(`${who}: expected hx to be [h0, c0], got [output, [hn, cn]]; pass its second element`)
}

function singleOf(who: string, mode: RecurrentMode, given: unknown): unknown {
  if (!Array.isArray(given)) return given
  throw new TypeError(
    `${who}: expected hx to be a Tensor, got ${describeValue(given)}; ` +
      `the state of ${layerName(mode) === 'RNN' ? 'an RNN' : 'a GRU'} is one tensor: of [output, hn] pass hn, of [h, c] pass h`,
  )
}

/** The inverse of {@link statesOf}. */
export function hiddenOf<M extends RecurrentMode>(mode: M, states: readonly Tensor[]): HiddenState<M> {
  // The mode decides which of the two it is, here as in the type. TypeScript cannot see that.
  return (mode === 'LSTM' ? states : states[0]) as HiddenState<M>
}
