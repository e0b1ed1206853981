import type { DeviceOperations } from './device.ts'
import type {
  BinaryFunction,
  MatmulOperands,
  MatrixOperand,
  PackedMatrix,
  SoftmaxOperands,
  UnaryFunction,
} from './matrix.ts'
import type { HostOptimizers } from './optimizer.ts'
import type {
  DirectionWeights,
  FloatArray,
  PackedWeights,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
  RecurrentStream,
} from './recurrent.ts'
import type { DeviceTraining, HostTraining } from './training.ts'

/**
 * Computes synchronously, on this machine's processor. It has no state apart from the weights that it keeps.
 *
 * All arrays of one call have the same dtype. Engines check whatever would make them read or write out of bounds, and
 * throw a RangeError. The layers above tell the user which argument is wrong.
 */
export interface HostEngine {
  readonly kind: 'host'
  /** `reference` or `wasm`. */
  readonly name: string
  /** Which build of it runs, e.g. `relaxed-simd`; empty if there is only one. */
  readonly variant: string
  /** Bytes that weights, matrices, streams and calls hold in the engine's own memory; 0 if it has none. */
  readonly allocatedBytes: number
  /**
   * Copies weights into the engine's own layout.
   * @param weights one entry per layer and direction: layer 0 forward, layer 0 reverse, layer 1 forward, ...
   */
  pack(spec: RecurrentSpec, weights: readonly DirectionWeights[]): PackedWeights
  /** Runs all timesteps, layers and directions. `weights` must come from this engine's {@link HostEngine.pack}. */
  recurrent(weights: PackedWeights, input: RecurrentInput): RecurrentOutput
  /** Computes gradients. */
  readonly training: HostTraining
  /** Steps of optimisers, and the memory for what they keep. */
  readonly optimizers: HostOptimizers
  /**
   * Opens a stream of `batch` sequences. The weights must have one direction, and must not be disposed before the
   * stream.
   */
  stream(weights: PackedWeights, batch: number): RecurrentStream
  /** `a b + bias` as a fresh `(M, N)` array. */
  matmul(operands: MatmulOperands): FloatArray
  /** Copies a matrix and its bias into the engine's own layout. */
  packMatrix(operand: MatrixOperand): PackedMatrix
  /**
   * `a b + bias` as a fresh `(M, N)` array, with a matrix that this engine packed.
   * @param a `(M, K)`, `M` being `m`
   */
  multiply(a: FloatArray, m: number, b: PackedMatrix): FloatArray
  /**
   * Like {@link HostEngine.multiply}, but into `out` (M, N). It allocates nothing while `M` stays the same: the engine
   * keeps memory for those rows until the matrix is disposed.
   */
  multiplyInto(a: FloatArray, m: number, b: PackedMatrix, out: FloatArray): void
  /** `f(x)` of every element, as a fresh array. */
  map(f: UnaryFunction, x: FloatArray): FloatArray
  /** Like {@link HostEngine.map}, but into `out`, which may be `x`; allocates nothing. */
  mapInto(f: UnaryFunction, x: FloatArray, out: FloatArray): void
  /** `f(x, y)` of every pair, as a fresh array. An operand of one element is paired with every element of the other. */
  zip(f: BinaryFunction, x: FloatArray, y: FloatArray): FloatArray
  /** `exp(x) / sum(exp(x))` of every row, as a fresh array. */
  softmax(operands: SoftmaxOperands): FloatArray
  /**
   * Like {@link HostEngine.softmax}, but into `out`, which may be `x`; allocates nothing for rows up to 8,192 numbers.
   */
  softmaxInto(operands: SoftmaxOperands, out: FloatArray): void
}

/** Computes asynchronously, on a device: the same operations, but each returns a promise. */
export interface DeviceEngine {
  readonly kind: 'device'
  readonly name: string
  readonly variant: string
  pack(spec: RecurrentSpec, weights: readonly DirectionWeights[]): PackedWeights
  recurrent(weights: PackedWeights, input: RecurrentInput): Promise<RecurrentOutput>
  /** Computes gradients; null if the engine cannot. */
  readonly training: DeviceTraining | null
  matmul(operands: MatmulOperands): Promise<FloatArray>
  /** Operations that keep the values between a model's layers on the device. Absent if an engine has none. */
  readonly operations?: DeviceOperations
}

/** What a module can run on. `kind` says whether its calls must be awaited. */
export type Engine = HostEngine | DeviceEngine
