import type { RecurrentModule } from '@unroll/weights'

const letters = {
  LSTM: ['i', 'f', 'g', 'o'],
  LSTMCell: ['i', 'f', 'g', 'o'],
  GRU: ['r', 'z', 'n'],
  GRUCell: ['r', 'z', 'n'],
  RNN: [],
  RNNCell: [],
} as const satisfies Record<RecurrentModule['kind'], readonly string[]>

export type Gate = (typeof letters)[keyof typeof letters][number]

/** Gates whose rows a weight or bias holds, one below the other in equal parts; empty where it holds none. */
export function gatesOf(name: string, modules: readonly RecurrentModule[]): readonly Gate[] {
  const own = modules.find(
    ({ prefix }) =>
      name.startsWith(prefix) && /^(weight|bias)_[ih]h(_l\d+(_reverse)?)?$/.test(name.slice(prefix.length)),
  )
  return own === undefined ? [] : letters[own.kind]
}
