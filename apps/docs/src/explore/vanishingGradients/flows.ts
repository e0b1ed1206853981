/** What is computed and shown: how the gradient of a loss at the last timestep flows back. */
export interface Flows {
  readonly RNN: Flow
  readonly LSTM: Flow
  readonly GRU: Flow
  readonly matrix: MatrixFacts
  /** The name of the engine that computed. */
  readonly engine: string
}

export type Kind = 'RNN' | 'LSTM' | 'GRU'
export const kinds: readonly Kind[] = ['RNN', 'LSTM', 'GRU']

/** Norms of a gradient, a number each timestep, as shares of the last one. */
export type Curve = readonly number[]

export interface Flow {
  /** The gradient of the hidden state. */
  readonly hidden: Curve
  /** LSTM: that of the cell state; else null. */
  readonly cell: Curve | null
  /** What theory says: the gate that keeps alone, without the paths through W_hh; of an RNN, the estimate by norms. */
  readonly theory: Curve
  /** Mean of the gate that keeps; of an RNN, the root of the mean square of tanh'. */
  readonly kept: number
}

/** Three figures of W_hh of the RNN. */
export interface MatrixFacts {
  readonly spectralRadius: number
  readonly largestSingular: number
  /** By how much it stretches a vector in the root mean square over all directions: its Frobenius norm / sqrt(H). */
  readonly meanStretch: number
}

/** The factor by which a curve changes from a timestep to the one before, in the geometric mean. */
export function factorOf(curve: Curve): number {
  return (curve[0] ?? Number.NaN) ** (1 / (curve.length - 1))
}

/** What counts as vanished. */
export const threshold = 1e-3

/** Steps before the last one where a curve first falls below {@link threshold}, going back; null where it does not. */
export function stepsUntilVanished(curve: Curve): number | null {
  const at = curve.findLastIndex((share) => share < threshold)
  return at < 0 ? null : curve.length - 1 - at
}
