/** What the reader sets. */
export interface Settings {
  /** Timesteps, from {@link shortest} to {@link longest}. */
  readonly length: number
  /** Multiplies W_hh of each layer. */
  readonly scale: number
  /** Added to the biases of the gates that keep: f of the LSTM, z of the GRU. */
  readonly gateBias: number
  /** W_hh of the RNN is an orthogonal matrix before it is scaled. */
  readonly isOrthogonal: boolean
  readonly seed: number
}

export const shortest = 10
export const longest = 100
export const scales: readonly number[] = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8]
export const largestBias = 5

/** PyTorch's initial weights. */
export const defaults: Settings = { length: 50, scale: 1, gateBias: 0, isOrthogonal: false, seed: 1 }

/** Settings that a button gives; length and seed stay. */
export const presets = {
  initial: { scale: 1, gateBias: 0, isOrthogonal: false },
  open: { scale: 1, gateBias: 3, isOrthogonal: false },
  orthogonal: { scale: 1, gateBias: 0, isOrthogonal: true },
  large: { scale: 6, gateBias: 0, isOrthogonal: false },
} as const satisfies Record<string, Omit<Settings, 'length' | 'seed'>>
