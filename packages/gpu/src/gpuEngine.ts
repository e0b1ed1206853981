import {
  type DeviceEngine,
  type DeviceOperations,
  type DeviceTraining,
  type DirectionWeights,
  describeValue,
  type FloatArray,
  type MatmulOperands,
  type PackedWeights,
  type RecurrentInput,
  type RecurrentOutput,
  type RecurrentSpec,
} from '@unroll/kernels'
import { checkMatmul, checkTapeOptions } from '@unroll/kernels/checks'
import { sizesOf } from '@unroll/kernels/spec'
import type { AdapterInfo, Backend, BackendName } from './backend.ts'
import { checkCall } from './checkCall.ts'
import type { Counters } from './counters.ts'
import { GpuOperations, withBias } from './gpuOperations.ts'
import { GpuTape } from './gpuTape.ts'
import { GpuWeights } from './gpuWeights.ts'
import type { MatrixNode } from './graph.ts'
import { transpose } from './packDirection.ts'
import { ResidentMatrix } from './residentMatrix.ts'
import { batchMajor, hostNode, outputOf, padded, resultNodes, sequenceNode } from './sequenceNode.ts'
import type { SharedBackend } from './sharedBackend.ts'

/** The engine that createGpu makes. */
export class GpuEngine implements DeviceEngine {
  readonly kind = 'device'
  readonly name = 'gpu'
  /** Why `mode: 'auto'` did not take a better backend; null if it tried none. */
  readonly fallbackReason: string | null
  readonly operations: DeviceOperations
  readonly training: DeviceTraining
  readonly #shared: SharedBackend
  readonly #release = (matrix: ResidentMatrix): void => this.#shared.backend.release(matrix)
  /** Weights that are packed and not disposed; dispose() disposes them. */
  readonly #packed = new Set<GpuWeights>()
  #disposed = false

  constructor(shared: SharedBackend, fallbackReason: string | null) {
    this.#shared = shared
    this.fallbackReason = fallbackReason
    this.training = {
      recurrent: async (weights, call, options) => {
        // Tapes keep the arguments, whatever is asked for.
        checkTapeOptions(options)
        return this.#record(weights, call)
      },
    }
    this.operations = new GpuOperations({
      read: async (node) => (await this.#backend().run([node]))[0] ?? new Float32Array(),
      release: this.#release,
      own: (weights) => this.#own(weights),
    })
  }

  /** The backend that computes: `webgpu`, `webgl2` or `headlessgl`. */
  get backend(): BackendName {
    return this.#shared.backend.name
  }

  /** The same as {@link GpuEngine.backend}. */
  get variant(): string {
    return this.backend
  }

  /** The adapter and its limits. */
  get adapter(): AdapterInfo {
    return this.#shared.backend.adapter
  }

  /** What this backend has done so far. Engines of one mode share a backend. */
  get counters(): Readonly<Counters> {
    return this.#shared.backend.counters
  }

  /** Why nothing runs until {@link GpuEngine.restore}; null if the device was not lost. */
  get lost(): string | null {
    return this.#shared.backend.lost
  }

  /**
   * Copies weights. They are sent to the device by the first call that uses them.
   * @throws TypeError on float64, RangeError on arrays of another size than `spec` asks for
   */
  pack(spec: RecurrentSpec, weights: readonly DirectionWeights[]): PackedWeights {
    const packed = new GpuWeights(spec, weights, this.#backend().gateLayout, {
      owner: this,
      release: this.#release,
      onDispose: (disposed) => this.#packed.delete(disposed),
    })
    this.#packed.add(packed)
    return packed
  }

  /**
   * Runs all timesteps, layers and directions with one transfer back.
   * @throws GpuLostError if the device was lost, GpuLimitError if it is too small
   */
  async recurrent(weights: PackedWeights, call: RecurrentInput): Promise<RecurrentOutput> {
    const backend = this.#backend()
    const own = this.#own(weights)
    const { spec } = own
    const { N } = checkCall(spec, call)
    if (N === 0) return empty(spec)
    const { I } = sizesOf(spec)
    const input = padded(Float32Array.from(call.input), call.batchSizes, I)
    const node = sequenceNode(own, call, hostNode(input, call.batchSizes.length * N, I))
    const settings = { ...call, batchSizes: call.batchSizes.slice() }
    return outputOf(node, settings, await backend.run(resultNodes(node)))
  }

  /**
   * `a b + bias`. The operands are sent with each call; a layer that stays uses {@link GpuEngine.operations}.
   * @throws TypeError on float64, RangeError on operands of another size than `m`, `k` and `n` ask for
   */
  async matmul(operands: MatmulOperands): Promise<FloatArray> {
    const { a, b, m, k, n, transposeA = false, transposeB = false, bias = null } = operands
    if (!(a instanceof Float32Array && b instanceof Float32Array)) {
      throw new TypeError(
        `gpu.matmul: expected operands of float32, got ${describeValue(a)} and ${describeValue(b)}; convert them first`,
      )
    }
    checkMatmul(operands)
    const backend = this.#backend()
    if (m === 0 || n === 0) return new Float32Array()
    // Kernels need a term to add: instead of a sum of none, they compute a product with a column of zeros.
    const [depth, left] = k === 0 ? [1, new Float32Array(m)] : [k, transposeA ? transpose(a, m) : a.slice()]
    const right = k === 0 ? new Float32Array(n) : transposeB ? transpose(b, k) : b
    const weights = new ResidentMatrix(
      withBias(right, bias, n),
      { rows: depth + 1, columns: n },
      this.#release,
    )
    try {
      const input = hostNode(left, m, depth)
      const [result = new Float32Array()] = await backend.run([
        { kind: 'affine', input, weights, rows: m, columns: n },
      ])
      return result
    } finally {
      weights.dispose()
    }
  }

  /**
   * Starts the backend again after a loss; without a loss it does nothing. Packed weights are sent again when they are
   * used.
   * @throws GpuUnavailableError if there is no adapter any more
   */
  async restore(): Promise<void> {
    if (this.#disposed) throw disposedError()
    await this.#shared.restore()
  }

  /** Frees all memory on the device. The engine cannot be used afterwards; disposing it twice does nothing. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    for (const packed of [...this.#packed]) packed.dispose()
    this.#shared.leave()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** The same as {@link GpuEngine.recurrent}, on a tape whose `backward` gives the gradients with one transfer back. */
  async #record(weights: PackedWeights, call: RecurrentInput): Promise<GpuTape> {
    const backend = this.#backend()
    const own = this.#own(weights)
    const { I } = sizesOf(own.spec)
    const { N } = checkCall(own.spec, call)
    const batchSizes = call.batchSizes.slice()
    const T = batchSizes.length
    const { version } = own
    const { batchFirst = false } = call
    const rows = Float32Array.from(call.input)
    const byTime = batchFirst ? batchMajor(rows, { T: N, N: T }, I) : padded(rows, batchSizes, I)
    const node = sequenceNode(own, { ...call, batchFirst: false }, hostNode(byTime, T * N, I))
    const settings = { batchSizes, batchFirst, h0: null, c0: null }
    const results = N === 0 ? empty(own.spec) : outputOf(node, settings, await backend.run(resultNodes(node)))
    const run = (roots: readonly MatrixNode[]): Promise<Float32Array[]> => this.#backend().run(roots)
    return new GpuTape(results, { weights: own, version, node, call: settings, run })
  }

  #backend(): Backend {
    if (this.#disposed) throw disposedError()
    return this.#shared.backend
  }

  #own(weights: PackedWeights): GpuWeights {
    if (weights instanceof GpuWeights && weights.owner === this) return weights
    throw new TypeError('recurrent: these weights were packed by another engine than this gpu engine')
  }
}

function disposedError(): Error {
  return new Error('gpu: this engine was disposed; make another with createGpu()')
}

function empty({ mode }: RecurrentSpec): RecurrentOutput {
  return {
    output: new Float32Array(),
    hn: new Float32Array(),
    cn: mode === 'LSTM' ? new Float32Array() : null,
  }
}
