import type { FloatArray, PackedWeights, RecurrentInput } from './recurrent.ts'

/**
 * A float32 array that a device computes when it is read, together with all arrays that it depends on. Until then
 * nothing runs. Intermediate results do not come back to the host. It does not have to be disposed.
 */
export interface DeviceArray {
  readonly shape: readonly number[]
  /** The elements, row-major, as a fresh array. Reading again computes again. */
  read(): Promise<Float32Array>
}

/** A matrix that stays on the device, for {@link DeviceOperations}. */
export interface DeviceMatrix {
  readonly rows: number
  readonly columns: number
  /** True if it has to be sent again, for example after {@link DeviceMatrix.dispose}. */
  readonly stale: boolean
  /** Frees the memory. Using the matrix afterwards throws; disposing twice does nothing. */
  dispose(): void
}

/** A sequence whose input and results stay on the device: a {@link RecurrentInput} with another input. */
export interface DeviceSequence extends Omit<RecurrentInput, 'input'> {
  /**
   * `(T, N, I)`, `(N, T, I)` if `batchFirst`, or without `N` if that is 1; or rows on the host as in
   * {@link RecurrentInput}.
   */
  readonly input: DeviceArray | FloatArray
}

/** The results of a {@link DeviceSequence}. */
export interface DeviceSequenceResults {
  /** `(*, D*P)`, shaped and ordered as the input `(T, N, I)` or `(N, T, I)`; null if sequences differ in length. */
  readonly output: DeviceArray | null
  /** `(N, D*P)`: the last layer's last hidden state of each sequence, directions side by side. */
  readonly last: DeviceArray
}

/**
 * The layers around a recurrent one. They take and return arrays that stay on the device. `*` is any number of
 * dimensions.
 */
export interface DeviceOperations {
  /** Copies an array of the host. */
  array(data: Float32Array, shape: readonly number[]): DeviceArray
  /** Copies a table `(rows, columns)`, whose rows are looked up. */
  table(data: Float32Array, rows: number, columns: number): DeviceMatrix
  /** Copies the parameters of a Linear: weight `(columns, rows)` and bias `(columns)` or null. */
  linearWeights(weight: Float32Array, bias: Float32Array | null, rows: number, columns: number): DeviceMatrix
  /** `(*, columns)`: the rows of `table` at `indices`, whose shape is `(*)`. The rows must exist. */
  embedding(table: DeviceMatrix, indices: ArrayLike<number>, shape: readonly number[]): DeviceArray
  /** Rows of a matrix, in the order of `indices`. The rows must exist. */
  indexSelect(input: DeviceArray, indices: ArrayLike<number>): DeviceArray
  /** `x W^T + b`: `(*, rows)` to `(*, columns)` */
  linear(input: DeviceArray, weights: DeviceMatrix): DeviceArray
  /** `exp(x) / sum(exp(x))` over the last dimension. */
  softmax(input: DeviceArray): DeviceArray
  /** A whole sequence. The weights must stay until its results are read. */
  recurrent(weights: PackedWeights, sequence: DeviceSequence): DeviceSequenceResults
}
