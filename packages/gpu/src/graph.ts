import type { RecurrentSpec } from '@unroll/kernels'
import type { ResidentMatrix } from './residentMatrix.ts'

/**
 * What to compute, as a graph of matrices: a backend walks it from the results down, so that whole models become one plan
 * and only the results are read back. Rows of a sequence are timesteps times batch, row `t * N + n`, unless `order` says
 * that they come batch by batch, row `n * T + t`.
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

/** Values from the host, sent anew with each run. */
export interface HostNode extends Sized {
  readonly kind: 'host'
  readonly data: Float32Array
}

/** Rows of `table` by index: `indices` `(rows, 1)`. */
interface EmbeddingNode extends Sized {
  readonly kind: 'embedding'
  readonly table: ResidentMatrix
  readonly indices: HostNode
}

/** Rows of `input` by index: `indices` `(rows, 1)`. */
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

/** `exp(x) / sum(exp(x))` of each row. */
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
  /** Of the rows of `input`; results are in order of time. */
  readonly order: 'time' | 'batch'
  readonly T: number
  readonly N: number
  /** `(N, 1)`: timesteps of each sequence; null where all have `T`. */
  readonly lengths: HostNode | null
  /** Of each layer and direction, `h` `(N, P)` and an LSTM's `c` `(N, H)`. */
  readonly initial: readonly { readonly h: HostNode; readonly c: HostNode | null }[]
  /** `(T * N, D * P)` for each layer but the last. */
  readonly dropout: readonly HostNode[]
}

/** Weights of a direction as kernels read them: see packDirection. */
export interface ResidentDirection {
  readonly input: ResidentMatrix
  readonly hidden: ResidentMatrix
  readonly projection: ResidentMatrix | null
}

/** All hidden states of the last layer, `(T * N, D * P)`; what stands behind the end of a sequence means nothing. */
export interface OutputNode extends Sized {
  readonly kind: 'output'
  readonly of: RecurrentNode
}

/** The state of a layer and direction after each sequence's last timestep: `h` `(N, P)` or `c` `(N, H)`. */
export interface StateNode extends Sized {
  readonly kind: 'state'
  readonly of: RecurrentNode
  readonly which: 'h' | 'c'
  readonly index: number
}

/** `h` of the last layer, its directions side by side: `(N, D * P)`. */
export interface LastNode extends Sized {
  readonly kind: 'last'
  readonly of: RecurrentNode
}

/** A whole sequence walked backward; its results are the nodes below. */
export interface BackwardNode {
  readonly kind: 'backward'
  /** In order of time. */
  readonly of: RecurrentNode
  /** Gradient of the output, `(T * N, D * P)`, zeros behind the end of a sequence. */
  readonly output: HostNode
  /** Gradients of the last states of each layer and direction, `h` `(N, P)` and an LSTM's `c` `(N, H)`. */
  readonly final: readonly { readonly h: HostNode; readonly c: HostNode | null }[]
}

/**
 * What a loss is differentiated by: `input` `(T * N, I)`; of a layer and direction `h0` `(N, P)`, `c0` `(N, H)`, `weightIh`
 * `(G*H, K + 1)` and `weightHh` `(G*H, P + 1)` with the bias as their last column, `weightHr` `(P, H)`.
 */
export interface GradientNode extends Sized {
  readonly kind: 'gradient'
  readonly of: BackwardNode
  readonly which: 'input' | 'h0' | 'c0' | 'weightIh' | 'weightHh' | 'weightHr'
  /** Of the layer and direction; 0 of `input`. */
  readonly index: number
}
