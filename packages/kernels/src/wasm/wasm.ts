import { describeValue, optionsOf } from '../arguments.ts'
import { checkInput } from '../checks/call.ts'
import { checkMatmul } from '../checks/operands.ts'
import type { HostEngine } from '../contract/engine.ts'
import type {
  BinaryFunction,
  MatmulOperands,
  MatrixOperand,
  PackedMatrix,
  SoftmaxOperands,
  UnaryFunction,
} from '../contract/matrix.ts'
import type { HostOptimizers } from '../contract/optimizer.ts'
import type {
  DirectionWeights,
  FloatArray,
  PackedWeights,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
  RecurrentStream,
} from '../contract/recurrent.ts'
import type { HostTraining } from '../contract/training.ts'
import { wasmOptimizers, wasmTraining } from '../training.ts'
import { map, mapInto, softmax, softmaxInto, zip } from './elementwise.ts'
import { WasmInstance } from './instance.ts'
import {
  prefersNarrowKernels,
  supportsVariant,
  type WasmKernels,
  type WasmVariant,
  wasmObstacle,
  wasmVariant,
} from './support.ts'
import { ThreadPool } from './threadPool.ts'
import { WasmMatrix } from './wasmMatrix.ts'
import { WasmStream } from './wasmStream.ts'
import { WasmWeights } from './wasmWeights.ts'

/**
 * A WebAssembly SIMD engine with a memory of its own, compiled when it is first used.
 * @param variant the build to run; the best this runtime has if left out
 * @param options.narrow whether its matrix kernels keep few sums at once, which is faster with old compilers; if left out,
 *   the version of V8 decides
 * @throws RangeError where this runtime cannot run that build, TypeError on wrong options
 *
 * @example
 * const plain = createWasmEngine('simd')   // without fused multiply-add, wherever that may differ
 */
export function createWasmEngine(
  variant?: WasmVariant,
  options: { readonly narrow?: boolean } = {},
): HostEngine {
  const { narrow } = optionsOf('createWasmEngine', options, noOptions, 'narrow')
  if (narrow !== undefined && typeof narrow !== 'boolean') {
    throw new TypeError(`createWasmEngine: expected narrow to be true or false, got ${describeValue(narrow)}`)
  }
  if (variant !== undefined && !supportsVariant(variant)) {
    throw new RangeError(
      `createWasmEngine: expected a build this runtime can run, got ${describeValue(variant)}; it has ${wasmVariant() ?? `none: ${wasmObstacle()}`}`,
    )
  }
  return new WasmEngine(variant, narrow)
}

const noOptions: { readonly narrow: boolean | undefined } = { narrow: undefined }

/** Its private properties have no #, so that an engine works behind a proxy, such as Vue's. */
class WasmEngine implements HostEngine {
  readonly kind = 'host'
  readonly name = 'wasm'
  readonly training: HostTraining = wasmTraining({
    own: (weights) => this.own(weights),
    add: (a, b) => this.zip('add', a, b),
  })
  private readonly wanted: WasmVariant | undefined
  private readonly narrow: boolean
  private instance: WasmInstance | undefined
  /** How often threads were asked for. */
  private changes = 0
  private changing: Promise<void> = Promise.resolve()
  /** All instances it ever had: weights packed in an earlier one still run there. */
  private readonly instances = new WeakSet<WasmInstance>()
  readonly optimizers: HostOptimizers = wasmOptimizers(() => this.start(), this.instances)

  constructor(variant?: WasmVariant, narrow = prefersNarrowKernels()) {
    this.wanted = variant
    this.narrow = narrow
  }

  get variant(): string {
    const variant = this.wanted ?? wasmVariant()
    return variant === null ? '' : this.narrow ? `${variant}, narrow` : variant
  }

  pack(spec: RecurrentSpec, weights: readonly DirectionWeights[]): PackedWeights {
    return new WasmWeights(this.start(), spec, weights)
  }

  recurrent(weights: PackedWeights, call: RecurrentInput): RecurrentOutput {
    const own = this.own(weights)
    checkInput(own.spec, call)
    return own.run(call)
  }

  stream(weights: PackedWeights, batch: number): RecurrentStream {
    return new WasmStream(this.own(weights), batch)
  }

  matmul(operands: MatmulOperands): FloatArray {
    checkMatmul(operands)
    const packed = new WasmMatrix(this.start(), operands)
    try {
      return packed.multiply(operands.a, operands.m, operands.transposeA)
    } finally {
      packed.dispose()
    }
  }

  packMatrix(operand: MatrixOperand): PackedMatrix {
    return new WasmMatrix(this.start(), operand)
  }

  multiply(a: FloatArray, m: number, b: PackedMatrix): FloatArray {
    return this.ownMatrix(b).multiply(a, m)
  }

  multiplyInto(a: FloatArray, m: number, b: PackedMatrix, out: FloatArray): void {
    this.ownMatrix(b).multiplyInto(a, m, out)
  }

  map(f: UnaryFunction, x: FloatArray): FloatArray {
    return map(this.start(), f, x)
  }

  mapInto(f: UnaryFunction, x: FloatArray, out: FloatArray): void {
    mapInto(this.start(), f, x, out)
  }

  zip(f: BinaryFunction, x: FloatArray, y: FloatArray): FloatArray {
    return zip(this.start(), f, x, y)
  }

  softmax(operands: SoftmaxOperands): FloatArray {
    return softmax(this.start(), operands)
  }

  softmaxInto(operands: SoftmaxOperands, out: FloatArray): void {
    softmaxInto(this.start(), operands, out)
  }

  get allocatedBytes(): number {
    return this.instance?.allocatedBytes ?? 0
  }

  /** Threads it computes with, the main thread included. */
  get numThreads(): number {
    return this.instance?.threadCount ?? 1
  }

  /** See {@link setNumThreads}. Changes happen one after the other; only the last of those that wait is made. */
  setNumThreads(count: number): Promise<void> {
    const change = ++this.changes
    const turn = this.changing.then(async () => {
      if (change === this.changes && count !== this.numThreads) await this.changeThreads(count)
    })
    this.changing = turn.catch(() => {})
    return turn
  }

  private async changeThreads(count: number): Promise<void> {
    const current = this.instance
    const shared = current?.isShared ? current : new WasmInstance(this.kernels(), true)
    const threads = count === 1 ? null : await ThreadPool.start(shared, count)
    shared.useThreads(threads)
    if (current === shared) return
    // Weights packed until now are in the old memory.
    this.instance?.supersede()
    this.instance = shared
    this.instances.add(shared)
  }

  private own(weights: PackedWeights): WasmWeights {
    if (weights instanceof WasmWeights && this.instances.has(weights.instance)) return weights
    throw new TypeError('recurrent: these weights were packed by another engine than this wasm engine')
  }

  private ownMatrix(matrix: PackedMatrix): WasmMatrix {
    if (matrix instanceof WasmMatrix && this.instances.has(matrix.instance)) return matrix
    throw new TypeError('multiply: this matrix was packed by another engine than this wasm engine')
  }

  private start(): WasmInstance {
    if (this.instance === undefined) {
      this.instance = new WasmInstance(this.kernels())
      this.instances.add(this.instance)
    }
    return this.instance
  }

  private kernels(): WasmKernels {
    const variant = this.wanted ?? wasmVariant()
    if (variant !== null) return { variant, narrow: this.narrow }
    throw new Error(`wasm engine: ${wasmObstacle()}`)
  }
}

const engine = /* @__PURE__ */ new WasmEngine()

/** The WebAssembly SIMD engine: the default where the runtime has SIMD. */
export const wasm: HostEngine = engine

/**
 * Lets the wasm engine compute large calls with `count` threads, the calling one included; 1 ends the others.
 * Threads share the directions and the sequences of a batch. If there are few sequences, they share the hidden units: then they
 * meet after every timestep, and so need a core each. Weights packed before the first change are packed anew on their next use.
 * @throws RangeError unless count is a whole number from 1 to 64
 * @throws Error where shared memory is not allowed
 *
 * @example
 * await setNumThreads(4)
 */
export async function setNumThreads(count: number): Promise<void> {
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw new RangeError(
      `setNumThreads: expected a whole number from 1 to 64, got ${typeof count === 'number' ? count : describeValue(count)}`,
    )
  }
  if (count === 1 && engine.numThreads === 1) return engine.setNumThreads(1)
  if (typeof SharedArrayBuffer === 'undefined' || globalThis.crossOriginIsolated === false) {
    throw new Error(
      'setNumThreads: shared memory is not allowed here; serve the page cross-origin isolated, with the headers ' +
        'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    )
  }
  await engine.setNumThreads(count)
}

/** How many threads the wasm engine computes with. */
export function getNumThreads(): number {
  return engine.numThreads
}
