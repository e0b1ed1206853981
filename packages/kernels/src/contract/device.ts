import type { FloatArray, PackedWeights, RecurrentInput } from './recurrent.ts'

/**
 * An array of float32 that a device computes when it is read, with all that it stands on in one go: until then nothing
 * runs, and nothing in between comes back to the host. It needs no disposing.
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
  /** True if it has to be sent again, as after {@link DeviceMatrix.dispose}. */
  readonly stale: boolean
  /** Gives the memory back. Using the matrix afterwards throws; disposing twice does nothing. */
  dispose(): void
}

/** A sequence whose input and results stay on the device: {@link RecurrentInput} with another input. */
export interface DeviceSequence extends Omit<RecurrentInput, 'input'> {
  /** `(T, N, I)`, `(N, T, I)` if `batchFirst`, or without `N` if that is 1; or rows of the host as in {@link RecurrentInput}. */
  readonly input: DeviceArray | FloatArray
}

/** The results of a {@link DeviceSequence}. */
export interface DeviceSequenceResults {
  /** `(*, D*P)`, shaped and ordered as the input `(T, N, I)` or `(N, T, I)`; null where sequences differ in length. */
  readonly output: DeviceArray | null
  /** `(N, D*P)`: each sequence's last hidden state of the last layer, directions side by side. */
  readonly last: DeviceArray
}

/** The layers around a recurrent one, over arrays that stay on the device. `*` is any number of dimensions. */
export interface DeviceOperations {
  /** An array of the host, copied. */
  array(data: Float32Array, shape: readonly number[]): DeviceArray
  /** Copies a table `(rows, columns)`, to look rows up in. */
  table(data: Float32Array, rows: number, columns: number): DeviceMatrix
  /** Copies what a Linear has: weight `(columns, rows)` and bias `(columns)` or null. */
  linearWeights(weight: Float32Array, bias: Float32Array | null, rows: number, columns: number): DeviceMatrix
  /** `(*, columns)`: the rows of `table` at `indices`, whose shape is `(*)`. They must be rows there are. */
  embedding(table: DeviceMatrix, indices: ArrayLike<number>, shape: readonly number[]): DeviceArray
  /** Rows of a matrix, in the order of `indices`, which must be rows there are. */
  indexSelect(input: DeviceArray, indices: ArrayLike<number>): DeviceArray
  /** `x W^T + b`: `(*, rows)` to `(*, columns)` */
  linear(input: DeviceArray, weights: DeviceMatrix): DeviceArray
  /** `exp(x) / sum(exp(x))` over the last dimension. */
  softmax(input: DeviceArray): DeviceArray
  /** A whole sequence. The weights must stay until its results are read. */
  recurrent(weights: PackedWeights, sequence: DeviceSequence): DeviceSequenceResults
}
