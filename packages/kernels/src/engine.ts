/**
 * The contract between the layers above and whatever computes: typed arrays in, typed arrays out.
 *
 * Letters used in every shape of this package: `T` timesteps, `N` batch, `R` rows of a packed sequence (the sum
 * of its batch sizes; `T * N` where every sequence is equally long), `D` directions (1 or 2), `I` input size,
 * `H` hidden size, `P` width of the hidden state (projection size, or `H` without a projection), `G` gates.
 */

// For users whose `lib` does not have it; `esnext.disposable` and @types/node declare the same.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol
  }
}

/** The arithmetic's element types. */
export type FloatDType = 'float32' | 'float64'

/** Elements of a {@link FloatDType}. */
export type FloatArray = Float32Array | Float64Array

/** PyTorch's mode strings: which recurrence is computed. */
export type RecurrentMode = 'RNN_TANH' | 'RNN_RELU' | 'LSTM' | 'GRU'

/** Everything about a stack of recurrent layers that its weights do not say. */
export interface RecurrentSpec {
  readonly mode: RecurrentMode
  readonly dtype: FloatDType
  /** `I`, at least 1. */
  readonly inputSize: number
  /** `H`, at least 1. */
  readonly hiddenSize: number
  /** `P` of an LSTM with projections; 0 where there is none. */
  readonly projSize: number
  /** At least 1. Layer k > 0 takes the `D * P` outputs of layer k - 1. */
  readonly numLayers: number
  readonly bidirectional: boolean
}

/** The weights of one direction of one layer, in PyTorch's layout: row-major, gates stacked by rows. */
export interface DirectionWeights {
  /** `(G*H, I)`, or `(G*H, D*P)` above layer 0. Gate order: LSTM i, f, g, o; GRU r, z, n. */
  readonly weightIh: FloatArray
  /** `(G*H, P)` */
  readonly weightHh: FloatArray
  /** `(G*H)`, or null without biases. */
  readonly biasIh: FloatArray | null
  /** `(G*H)`, or null without biases. */
  readonly biasHh: FloatArray | null
  /** `(P, H)`, or null without a projection. */
  readonly weightHr: FloatArray | null
}

/**
 * Weights an engine keeps in its own layout and memory, ready for any number of {@link Engine.recurrent} calls.
 * They are a copy: later changes to the arrays they were packed from do not show.
 */
export interface PackedWeights {
  readonly spec: RecurrentSpec
  /** Bytes the engine holds for them. */
  readonly byteLength: number
  /** True if packing them again would serve better, as after `setNumThreads`; they work still. */
  readonly stale: boolean
  /** True after {@link PackedWeights.dispose}. */
  readonly disposed: boolean
  /** Gives the memory back. Using the weights afterwards throws; disposing twice does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

/** One whole sequence, or a packed batch of sequences. */
export interface RecurrentInput {
  /** `(R, I)`: the rows of timestep 0, then of timestep 1, and so on; `(N, T, I)` if `batchFirst`. */
  readonly input: FloatArray
  /**
   * `(T)`: how many sequences are still running at each timestep, never increasing: row `n` of a timestep belongs
   * to sequence `n`. `batchSizes[0]` is `N`. A batch of equally long sequences repeats `N`, which may be 0.
   */
  readonly batchSizes: Int32Array
  /** `input` and `output` are batch-major. Only where every batch size is `N`. Default false. */
  readonly batchFirst?: boolean
  /** `(numLayers * D, N, P)`; zeros if null. */
  readonly h0: FloatArray | null
  /** LSTM: `(numLayers * D, N, H)`; zeros if null. Null for every other mode. */
  readonly c0: FloatArray | null
  /**
   * `(numLayers - 1, R, D * P)`: factors the output of each layer but the last is multiplied with before it enters
   * the next: 0 or `1 / (1 - p)`, in time-major row order also if `batchFirst`. Null without dropout. Default null.
   */
  readonly dropout?: FloatArray | null
  /** LSTM: give the last layer's cell states of all timesteps too. Default false. */
  readonly returnCells?: boolean
}

/** Fresh arrays, owned by the caller. Rows `layer * D + direction` of the states are those of PyTorch. */
export interface RecurrentOutput {
  /** `(R, D * P)`, or `(N, T, D * P)` if `batchFirst`. The reverse direction stands in columns `P` and up. */
  readonly output: FloatArray
  /** `(numLayers * D, N, P)`: each sequence's state after its own last timestep. */
  readonly hn: FloatArray
  /** LSTM: `(numLayers * D, N, H)`; else null. */
  readonly cn: FloatArray | null
  /**
   * `(R, D * H)` in the order of `output`: the last layer's cell states of all timesteps, if `returnCells`; else null or
   * absent. An engine that does not give them refuses the call.
   */
  readonly cells?: FloatArray | null
}

/** The gradients of a loss with respect to a {@link RecurrentOutput}, each shaped as it. Null stands for zeros. */
export interface OutputGradients {
  /** `(R, D * P)`, or `(N, T, D * P)` if the call was `batchFirst`. */
  readonly output: FloatArray | null
  /** `(numLayers * D, N, P)` */
  readonly hn: FloatArray | null
  /** LSTM: `(numLayers * D, N, H)`. Null for every other mode. */
  readonly cn: FloatArray | null
}

/** The gradients of the same loss with respect to everything that went in. Fresh arrays, owned by the caller. */
export interface RecurrentGradients {
  /** `(R, I)`, or `(N, T, I)` if the call was `batchFirst`. */
  readonly input: FloatArray
  /** `(numLayers * D, N, P)`, also where `h0` was null. */
  readonly h0: FloatArray
  /** LSTM: `(numLayers * D, N, H)`, also where `c0` was null; else null. */
  readonly c0: FloatArray | null
  /**
   * Shaped and ordered as the weights that were packed, null where they are. Summed over timesteps and sequences; the
   * two biases of an RNN or LSTM have equal gradients, in arrays of their own.
   */
  readonly weights: readonly DirectionWeights[]
}

/**
 * The results of a sequence and what its engine kept to walk it backward: gates, states, or only the arguments to
 * compute them again from. It is independent of the arrays it was made from, and of those it gave out. The packed
 * weights must stay until its last {@link RecurrentTape.backward}.
 *
 * `Gradients` is {@link RecurrentGradients}; for a device engine, a promise of them.
 */
export interface RecurrentTape<Gradients = RecurrentGradients> extends RecurrentOutput {
  /**
   * Backpropagation through time. May be called again, with other gradients or the same.
   * @throws RangeError on a gradient of the wrong length, TypeError on a wrong element type, Error after the tape or its
   * weights were disposed
   */
  backward(gradients: OutputGradients): Gradients
  /** Gives the memory back. `backward` throws afterwards; disposing twice does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

/**
 * A recurrence fed one timestep at a time, for audio and control loops: it keeps its states in the engine's memory and
 * allocates nothing per step.
 */
export interface RecurrentStream {
  /** `N`: how many sequences run side by side. */
  readonly batch: number
  /**
   * The next timestep.
   * @param input `(N, I)`
   * @returns `(N, P)`: an array that the next step overwrites
   * @throws RangeError on another size, TypeError on another element type
   */
  step(input: FloatArray): FloatArray
  /** `(numLayers, N, P)`: a copy of the hidden states. */
  readonly h: FloatArray
  /** LSTM: `(numLayers, N, H)`, a copy of the cell states; else null. */
  readonly c: FloatArray | null
  /** Starts anew from the states given, shaped as `h` and `c`; from zeros if null. */
  reset(h?: FloatArray | null, c?: FloatArray | null): void
  /** Gives the memory back, as does the garbage collector for streams that were dropped. Using it afterwards throws. */
  dispose(): void
  [Symbol.dispose](): void
}

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

/**
 * Computes on this machine's processor, synchronously. Stateless apart from the weights it keeps.
 *
 * All arrays of one call have the same dtype. Engines check what would make them read or write out of bounds and
 * throw a RangeError; telling the user which of his arguments is wrong is the work of the layers above.
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
  /**
   * The same, kept on a tape from which gradients can be had. An engine that computes no gradients has no such member:
   * look before training, and name one that has it, as `reference` does.
   *
   * @example
   * using tape = engine.recurrentForTraining(packedWeights, call)
   * const { input, weights: dWeights } = tape.backward({ output: dOutput, hn: null, cn: null })
   */
  recurrentForTraining?(weights: PackedWeights, input: RecurrentInput): RecurrentTape
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
  recurrentForTraining?(
    weights: PackedWeights,
    input: RecurrentInput,
  ): Promise<RecurrentTape<Promise<RecurrentGradients>>>
  matmul(operands: MatmulOperands): Promise<FloatArray>
  /** What keeps the values between the layers of a model on the device. Absent where an engine has no such thing. */
  readonly operations?: DeviceOperations
}

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

/** What a module can run on; `kind` tells whether its calls must be awaited. */
export type Engine = HostEngine | DeviceEngine
