import type { RecurrentMode } from '../contract/recurrent.ts'

/** The recurrences, named as their classes. An RNN's activation is not part of the name. */
export type RecurrentKind = 'RNN' | 'LSTM' | 'GRU'

/** A letter for each gate, in the order in which PyTorch stacks them by rows. */
export const gateLetters: Readonly<Record<RecurrentKind, string>> = { RNN: 'h', LSTM: 'ifgo', GRU: 'rzn' }

export function kindOf(mode: RecurrentMode): RecurrentKind {
  switch (mode) {
    case 'RNN_TANH':
    case 'RNN_RELU':
      return 'RNN'
    case 'LSTM':
    case 'GRU':
      return mode
    default:
      return mode satisfies never
  }
}

/** The mode of a kind; only an RNN has a choice of activation. */
export function modeOf(kind: 'RNN', nonlinearity: 'tanh' | 'relu'): 'RNN_TANH' | 'RNN_RELU'
export function modeOf(kind: RecurrentKind): RecurrentMode
export function modeOf(kind: RecurrentKind, nonlinearity: 'tanh' | 'relu' = 'tanh'): RecurrentMode {
  if (kind !== 'RNN') return kind
  return nonlinearity === 'relu' ? 'RNN_RELU' : 'RNN_TANH'
}

/** `G`: how many blocks of `H` rows the weights of a mode have. */
export function gateCount(mode: RecurrentMode): number {
  return gateLetters[kindOf(mode)].length
}

/** The kind whose weights have that many blocks of `H` rows; null if there is none. */
export function kindOfGates(count: number): RecurrentKind | null {
  const kinds: readonly RecurrentKind[] = ['RNN', 'LSTM', 'GRU']
  return kinds.find((kind) => gateLetters[kind].length === count) ?? null
}
