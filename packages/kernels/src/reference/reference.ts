import type {
  DirectionWeights,
  FloatArray,
  HostEngine,
  MatmulOperands,
  PackedWeights,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
  RecurrentStream,
} from '../engine.ts'
import {
  allocate,
  checkInput,
  checkState,
  checkStream,
  checkWeights,
  layerInputSize,
  sizesOf,
} from '../layout.ts'
import { cellSteps } from './cellSteps.ts'

/**
 * The oracle: the equations in plain TypeScript, one element after the other, in double precision and rounded to
 * the dtype where a result is stored. Short enough to be checked by eye; other engines are tested against it.
 */
export const reference: HostEngine = {
  kind: 'host',
  name: 'reference',
  variant: '',
  pack: (spec, weights) => new ReferenceWeights(spec, weights),
  recurrent,
  stream: (weights, batch) => new ReferenceStream(weights, batch),
  matmul,
}

class ReferenceWeights implements PackedWeights {
  readonly spec: RecurrentSpec
  readonly byteLength: number
  readonly stale = false
  #directions: readonly DirectionWeights[] | null

  constructor(spec: RecurrentSpec, weights: readonly DirectionWeights[]) {
    checkWeights(spec, weights)
    this.spec = spec
    const copies = weights.map((w) => ({
      weightIh: w.weightIh.slice(),
      weightHh: w.weightHh.slice(),
      biasIh: w.biasIh?.slice() ?? null,
      biasHh: w.biasHh?.slice() ?? null,
      weightHr: w.weightHr?.slice() ?? null,
    }))
    this.byteLength = copies
      .flatMap((w) => Object.values(w))
      .reduce((sum, a) => sum + (a?.byteLength ?? 0), 0)
    this.#directions = copies
  }

  get disposed(): boolean {
    return this.#directions === null
  }

  get directions(): readonly DirectionWeights[] {
    if (this.#directions === null) throw new Error('recurrent: these weights were disposed; pack them again')
    return this.#directions
  }

  dispose(): void {
    this.#directions = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

function recurrent(weights: PackedWeights, call: RecurrentInput): RecurrentOutput {
  if (!(weights instanceof ReferenceWeights)) {
    throw new TypeError('recurrent: these weights were packed by another engine than reference')
  }
  const { spec, directions } = weights
  const { N, R } = checkInput(spec, call)
  const sizes = sizesOf(spec)
  const { D, H, P } = sizes
  const T = call.batchSizes.length
  const states = spec.numLayers * D * N
  const hn = call.h0?.slice() ?? allocate(spec.dtype, states * P)
  const cn = spec.mode === 'LSTM' ? (call.c0?.slice() ?? allocate(spec.dtype, states * H)) : null
  const step = cellSteps[spec.mode]

  // Row of sequence n at timestep t. Only what the caller sees can be batch-major.
  const firstRow = rowOffsets(call.batchSizes)
  const timeMajor = (t: number, n: number): number => (firstRow[t] ?? 0) + n
  const caller = call.batchFirst ? (t: number, n: number): number => n * T + t : timeMajor

  let input = call.input
  let output = input
  for (let layer = 0; layer < spec.numLayers; layer++) {
    const K = layerInputSize(sizes, layer)
    const rowIn = layer === 0 ? caller : timeMajor
    const rowOut = layer === spec.numLayers - 1 ? caller : timeMajor
    output = allocate(spec.dtype, R * D * P)
    for (let direction = 0; direction < D; direction++) {
      const state = layer * D + direction
      const w = directions[state] as DirectionWeights
      const hOf = (n: number): FloatArray => hn.subarray((state * N + n) * P, (state * N + n + 1) * P)
      const cOf = (n: number): FloatArray | null =>
        cn?.subarray((state * N + n) * H, (state * N + n + 1) * H) ?? null
      for (let i = 0; i < T; i++) {
        // A reversed sequence starts at its own end: until then its state stays the initial one.
        const t = direction === 0 ? i : T - 1 - i
        for (let n = 0; n < (call.batchSizes[t] ?? 0); n++) {
          const x = input.subarray(rowIn(t, n) * K, (rowIn(t, n) + 1) * K)
          step(w, x, hOf(n), cOf(n), H)
          output.set(hOf(n), rowOut(t, n) * D * P + direction * P)
        }
      }
    }
    if (call.dropout && layer < spec.numLayers - 1) {
      const factors = call.dropout.subarray(layer * output.length)
      for (let i = 0; i < output.length; i++) output[i] = (output[i] ?? 0) * (factors[i] ?? 0)
    }
    input = output
  }
  return { output, hn, cn }
}

/** Runs a sequence of one timestep at a time. */
class ReferenceStream implements RecurrentStream {
  readonly batch: number
  readonly #weights: PackedWeights
  h: FloatArray = new Float32Array(0)
  c: FloatArray | null = null

  constructor(weights: PackedWeights, batch: number) {
    checkStream(weights.spec, batch)
    this.batch = batch
    this.#weights = weights
    this.reset()
  }

  step(input: FloatArray): FloatArray {
    const batchSizes = Int32Array.of(this.batch)
    const { output, hn, cn } = recurrent(this.#weights, { input, batchSizes, h0: this.h, c0: this.c })
    this.h = hn
    this.c = cn
    return output
  }

  reset(h: FloatArray | null = null, c: FloatArray | null = null): void {
    const { spec } = this.#weights
    const { H, P } = sizesOf(spec)
    checkState(spec, this.batch, h, c)
    const states = spec.numLayers * this.batch
    this.h = h?.slice() ?? allocate(spec.dtype, states * P)
    this.c = spec.mode === 'LSTM' ? (c?.slice() ?? allocate(spec.dtype, states * H)) : null
  }

  dispose(): void {}

  [Symbol.dispose](): void {}
}

/** Row at which each timestep starts. */
function rowOffsets(batchSizes: Int32Array): Int32Array {
  const offsets = new Int32Array(batchSizes.length)
  for (let t = 1; t < batchSizes.length; t++) offsets[t] = (offsets[t - 1] ?? 0) + (batchSizes[t - 1] ?? 0)
  return offsets
}

function matmul({ a, b, m, k, n, transposeB = false, bias = null }: MatmulOperands): FloatArray {
  const out = allocate(a instanceof Float32Array ? 'float32' : 'float64', m * n)
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = bias?.[column] ?? 0
      for (let i = 0; i < k; i++) {
        sum += (a[row * k + i] ?? 0) * (b[transposeB ? column * k + i : i * n + column] ?? 0)
      }
      out[row * n + column] = sum
    }
  }
  return out
}
