import type { BackwardPlan } from './plan.ts'

/** The facts that a plan is made from. Each can be simplified by itself. */
export interface ModuleCase {
  readonly family: 'module'
  readonly seed: number
  readonly name: 'RNNBase' | 'RNN' | 'LSTM' | 'GRU' | 'RNNCell' | 'LSTMCell' | 'GRUCell'
  readonly inputSize: number
  readonly hiddenSize: number
  readonly numLayers: number
  readonly nonlinearity: 'tanh' | 'relu'
  readonly bias: boolean
  readonly batchFirst: boolean
  readonly dropout: number
  readonly training: boolean
  readonly bidirectional: boolean
  readonly projSize: number
  readonly dtype: 'float32' | 'float64'
  readonly batched: boolean
  readonly T: number
  readonly N: number
  /** The lengths of a packed batch; else null. */
  readonly lengths: readonly number[] | null
  readonly enforceSorted: boolean
  readonly givenState: boolean
  /** Inputs are drawn from -scale to scale. */
  readonly scale: number
  readonly specials: readonly (readonly [at: number, value: string])[]
  /** A name in `mistakes`, or null. */
  readonly mistake: string | null
  /** Null: only forward runs. Names and numbers that do not fit a simpler case are left out of its plan. */
  readonly backward: BackwardPlan | null
}
