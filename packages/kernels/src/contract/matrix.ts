import type { FloatArray, FloatDType } from './recurrent.ts'

/** `(M, K) x (K, N)`, row-major. */
export interface MatmulOperands {
  /** `(M, K)`, or `(K, M)` if `transposeA`. */
  readonly a: FloatArray
  /** `(K, N)`, or `(N, K)` if `transposeB`. */
  readonly b: FloatArray
  readonly m: number
  readonly k: number
  readonly n: number
  /** `a` is stored as `(K, M)`, as for the gradient of a weight: `dW = dY^T X`. Default false. */
  readonly transposeA?: boolean
  /** `b` is stored as `(N, K)`, like the weight of a Linear in PyTorch. Default false. */
  readonly transposeB?: boolean
  /** `(N)`, added to every row. Default null. */
  readonly bias?: FloatArray | null
}

/** A matrix `(K, N)` with a bias. It is multiplied from the left, any number of times. */
export type MatrixOperand = Pick<MatmulOperands, 'b' | 'k' | 'n' | 'transposeB' | 'bias'>

/**
 * A matrix and its bias that an engine keeps in its own layout and memory, ready for any number of
 * {@link HostEngine.multiply} calls. They are a copy: later changes to the original arrays have no effect.
 */
export interface PackedMatrix {
  readonly dtype: FloatDType
  readonly k: number
  readonly n: number
  /** Bytes that the engine holds for it. */
  readonly byteLength: number
  /** True if packing it again would make it faster, for example after `setNumThreads`. It still works. */
  readonly stale: boolean
  /** True after {@link PackedMatrix.dispose}. */
  readonly disposed: boolean
  /** Frees the memory. Using the matrix afterwards throws; disposing twice does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

/** Functions of one number. `relu` is `max(x, 0)`, `log` the natural logarithm. */
export type UnaryFunction = 'neg' | 'abs' | 'relu' | 'sqrt' | 'exp' | 'log' | 'tanh' | 'sigmoid'

/** Functions of two numbers. `maximum` and `minimum` are NaN if either number is. */
export type BinaryFunction = 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum'

/** `(rows, columns)`, row-major. */
export interface SoftmaxOperands {
  readonly x: FloatArray
  readonly rows: number
  readonly columns: number
  /** Return the logarithm of the result: `x - log(sum(exp(x)))`. Default false. */
  readonly log?: boolean
}
