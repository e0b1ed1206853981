import type { DeviceOperations } from './device.ts'
import type {
  BinaryFunction,
  MatmulOperands,
  MatrixOperand,
  PackedMatrix,
  SoftmaxOperands,
  UnaryFunction,
} from './matrix.ts'
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
 * Computes on this machine's processor, synchronously. Stateless apart from the weights it keeps.
 *
 * All arrays of one call have the same dtype. Engines check what would make them read or write out of bounds and
 * throw a RangeError; naming the wrong argument to the user is the work of the layers above.
 */
export interface HostEngine {
  readonly kind: 'host'
  /** `reference` or `wasm`. */
  readonly name: string
  /** Which build of it runs, e.g. `relaxed-simd`; empty where there is only one. */
  readonly variant: string
  /** Bytes of a memory of its own that weights, matrices, streams and calls hold; 0 where it has none. */
  readonly allocatedBytes: number
  /**
   * Copies weights into the engine's own layout.
   * @param weights one entry per layer and direction: layer 0 forward, layer 0 reverse, layer 1 forward, ...
   */
  pack(spec: RecurrentSpec, weights: readonly DirectionWeights[]): PackedWeights
  /** Runs all timesteps, layers and directions. `weights` must come from this engine's {@link HostEngine.pack}. */
  recurrent(weights: PackedWeights, input: RecurrentInput): RecurrentOutput
  /** Computes gradients. Null where the engine cannot: look before training, and name one that can, as `reference` does. */
  readonly training: HostTraining | null
  /** Opens a stream of `batch` sequences. The weights must stay, and be of one direction. */
  stream(weights: PackedWeights, batch: number): RecurrentStream
  /** `a b + bias` as a fresh `(M, N)` array. */
  matmul(operands: MatmulOperands): FloatArray
  /** Copies a matrix and its bias into the engine's own layout. */
  packMatrix(operand: MatrixOperand): PackedMatrix
  /**
   * `a b + bias` as a fresh `(M, N)` array, from a matrix that this engine packed.
   * @param a `(M, K)`, `M` being `m`
   */
  multiply(a: FloatArray, m: number, b: PackedMatrix): FloatArray
  /**
   * As {@link HostEngine.multiply}, into `out` (M, N): with the same `M` again it allocates nothing. The engine keeps room
   * for those rows until the matrix is disposed.
   */
  multiplyInto(a: FloatArray, m: number, b: PackedMatrix, out: FloatArray): void
  /** `f(x)` of every element, as a fresh array. */
  map(f: UnaryFunction, x: FloatArray): FloatArray
  /** As {@link HostEngine.map}, into `out`, which may be `x`; allocates nothing. */
  mapInto(f: UnaryFunction, x: FloatArray, out: FloatArray): void
  /** `f(x, y)` of every pair, as a fresh array; an operand of one element meets all of the other. */
  zip(f: BinaryFunction, x: FloatArray, y: FloatArray): FloatArray
  /** `exp(x) / sum(exp(x))` of every row, as a fresh array. */
  softmax(operands: SoftmaxOperands): FloatArray
  /** As {@link HostEngine.softmax}, into `out`, which may be `x`; allocates nothing for rows up to 8,192 numbers. */
  softmaxInto(operands: SoftmaxOperands, out: FloatArray): void
}

/** Computes on a device, asynchronously: the same operations, each giving a promise. */
export interface DeviceEngine {
  readonly kind: 'device'
  readonly name: string
  readonly variant: string
  pack(spec: RecurrentSpec, weights: readonly DirectionWeights[]): PackedWeights
  recurrent(weights: PackedWeights, input: RecurrentInput): Promise<RecurrentOutput>
  /** Computes gradients; null where the engine cannot. */
  readonly training: DeviceTraining | null
  matmul(operands: MatmulOperands): Promise<FloatArray>
  /** What keeps the values between the layers of a model on the device. Absent where an engine has no such thing. */
  readonly operations?: DeviceOperations
}

/** What a module can run on; `kind` tells whether its calls must be awaited. */
export type Engine = HostEngine | DeviceEngine
