import type { RecurrentSpec } from '@unroll/kernels'
import type { ResidentMatrix } from './residentMatrix.ts'

/**
 * What to compute, as a graph of matrices. A backend walks it from the results to the inputs, so that a whole model
 * becomes one plan and only the results are read back.
 *
 * A sequence has a row for each timestep `t` of each sequence `n` of the batch. Rows are ordered by time, row `t * N +
 * n`, unless
 * `order` says that they are batch-major, row `n * T + t`.
 */
export type MatrixNode =
  | HostNode
  | EmbeddingNode
  | SelectNode
  | AffineNode
  | SoftmaxNode
  | OutputNode
  | StateNode
  | LastNode
  | GradientNode

interface Sized {
  readonly rows: number
  readonly columns: number
}

/** Values from the host, sent with each run. */
export interface HostNode extends Sized {
  readonly kind: 'host'
  readonly data: Float32Array
}

/** The rows of `table` that `indices` `(rows, 1)` names. */
interface EmbeddingNode extends Sized {
  readonly kind: 'embedding'
  readonly table: ResidentMatrix
  readonly indices: HostNode
}

/** The rows of `input` that `indices` `(rows, 1)` names. */
interface SelectNode extends Sized {
  readonly kind: 'select'
  readonly input: MatrixNode
  readonly indices: HostNode
}

/** `x W + b`; the last row of `weights` `(K + 1, columns)` is `b`. */
interface AffineNode extends Sized {
  readonly kind: 'affine'
  readonly input: MatrixNode
  readonly weights: ResidentMatrix
}

/** `exp(x) / sum(exp(x))`, row by row. */
interface SoftmaxNode extends Sized {
  readonly kind: 'softmax'
  readonly input: MatrixNode
}

/** A whole sequence; its results are the nodes below. */
export interface RecurrentNode {
  readonly kind: 'recurrent'
  readonly spec: RecurrentSpec
  /** Layer 0 forward, layer 0 reverse, layer 1 forward, ... */
  readonly directions: readonly ResidentDirection[]
  /** `(T * N, I)` */
  readonly input: MatrixNode
  /** The order of the rows of `input`; those of results are ordered by time. */
  readonly order: 'time' | 'batch'
  readonly T: number
  readonly N: number
  /** `(N, 1)`: how many timesteps each sequence has; null if all have `T`. */
  readonly lengths: HostNode | null
  /** The states of each layer and direction before its first timestep: `h` `(N, P)`, and `c` `(N, H)` for an LSTM. */
  readonly initial: readonly { readonly h: HostNode; readonly c: HostNode | null }[]
  /** What the output of each layer but the last is multiplied by, `(T * N, D * P)`; empty without dropout. */
  readonly dropout: readonly HostNode[]
}

/** The weights of a direction as kernels read them; see packDirection. */
export interface ResidentDirection {
  readonly input: ResidentMatrix
  readonly hidden: ResidentMatrix
  readonly projection: ResidentMatrix | null
}

/** All hidden states of the last layer, `(T * N, D * P)`. Rows after the end of a sequence have no meaning. */
export interface OutputNode extends Sized {
  readonly kind: 'output'
  readonly of: RecurrentNode
}

/** The state of a layer and direction after the last timestep of each sequence: `h` `(N, P)` or `c` `(N, H)`. */
export interface StateNode extends Sized {
  readonly kind: 'state'
  readonly of: RecurrentNode
  readonly which: 'h' | 'c'
  readonly index: number
}

/** The last `h` of the last layer, with its directions side by side: `(N, D * P)`. */
export interface LastNode extends Sized {
  readonly kind: 'last'
  readonly of: RecurrentNode
}

/** A whole sequence walked backward; its results are the nodes below. */
export interface BackwardNode {
  readonly kind: 'backward'
  /** The sequence, with rows ordered by time. */
  readonly of: RecurrentNode
  /** Gradient of the output, `(T * N, D * P)`, with zeros after the end of each sequence. */
  readonly output: HostNode
  /** Gradients of the last states of each layer and direction: `h` `(N, P)`, and `c` `(N, H)` for an LSTM. */
  readonly final: readonly { readonly h: HostNode; readonly c: HostNode | null }[]
}

/**
 * The gradient of an input of the sequence.
 *
 * | which | shape |
 * |---|---|
 * | input | `(T * N, I)` |
 * | h0 | `(N, P)` |
 * | c0 | `(N, H)` |
 * | weightIh | `(G*H, K + 1)`; the last column is the gradient of the bias |
 * | weightHh | `(G*H, P + 1)`; the same |
 * | weightHr | `(P, H)` |
 */
export interface GradientNode extends Sized {
  readonly kind: 'gradient'
  readonly of: BackwardNode
  readonly which: 'input' | 'h0' | 'c0' | 'weightIh' | 'weightHh' | 'weightHr'
  /** The position of the layer and direction; 0 for `input`. */
  readonly index: number
}
