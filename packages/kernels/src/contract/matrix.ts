import type { FloatArray, FloatDType } from './recurrent.ts'

/** `(M, K) x (K, N)`, row-major. */
export interface MatmulOperands {
  /** `(M, K)` */
  readonly a: FloatArray
  /** `(K, N)`, or `(N, K)` if `transposeB`. */
  readonly b: FloatArray
  readonly m: number
  readonly k: number
  readonly n: number
  /** `b` is stored `(N, K)`, as PyTorch stores the weight of a Linear. Default false. */
  readonly transposeB?: boolean
  /** `(N)`, added to every row. Default null. */
  readonly bias?: FloatArray | null
}

/** `(K, N)` with a bias, to be multiplied from the left any number of times. */
export type MatrixOperand = Pick<MatmulOperands, 'b' | 'k' | 'n' | 'transposeB' | 'bias'>

/**
 * A matrix and its bias that an engine keeps in its own layout and memory, ready for any number of
 * {@link HostEngine.multiply} calls. They are a copy: later changes to the arrays they were packed from do not show.
 */
export interface PackedMatrix {
  readonly dtype: FloatDType
  readonly k: number
  readonly n: number
  /** Bytes the engine holds for it. */
  readonly byteLength: number
  /** True if packing it again would serve better, as after `setNumThreads`; it works still. */
  readonly stale: boolean
  /** True after {@link PackedMatrix.dispose}. */
  readonly disposed: boolean
  /** Gives the memory back. Using the matrix afterwards throws; disposing twice does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

/** Functions of one number. `relu` is `max(x, 0)`, `log` the natural logarithm. */
export type UnaryFunction = 'neg' | 'abs' | 'relu' | 'sqrt' | 'exp' | 'log' | 'tanh' | 'sigmoid'

/** Functions of two numbers. `maximum` and `minimum` are NaN where either number is. */
export type BinaryFunction = 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum'

/** `(rows, columns)`, row-major. */
export interface SoftmaxOperands {
  readonly x: FloatArray
  readonly rows: number
  readonly columns: number
  /** The logarithm of the result instead: `x - log(sum(exp(x)))`. Default false. */
  readonly log?: boolean
}
