/** What runs in the page: an engine, called with messages of plain data. */
import { createGpu } from '@unroll/gpu'
import {
  type DirectionWeights,
  type Engine,
  type PackedWeights,
  type RecurrentSpec,
  wasm,
} from '@unroll/kernels'
import { fromWire, orNull, toWire, type WireFloats } from './wire.ts'

export type EngineMode = 'wasm' | 'webgpu' | 'webgl2'

export interface WireWeights {
  readonly weightIh: WireFloats
  readonly weightHh: WireFloats
  readonly biasIh: WireFloats | null
  readonly biasHh: WireFloats | null
  readonly weightHr: WireFloats | null
}

export interface WireCall {
  readonly input: WireFloats
  readonly batchSizes: readonly number[]
  readonly batchFirst: boolean
  readonly h0: WireFloats | null
  readonly c0: WireFloats | null
  readonly dropout: WireFloats | null
}

export interface WireOutput {
  readonly output: WireFloats
  readonly hn: WireFloats
  readonly cn: WireFloats | null
}

export interface WireProduct {
  readonly a: WireFloats
  readonly b: WireFloats
  readonly bias: WireFloats | null
  readonly m: number
  readonly k: number
  readonly n: number
  readonly transposeB: boolean
}

let started: Engine | null = null
const packed = new Map<number, PackedWeights>()

/**
 * Starts the engine. It must be the first call.
 * @returns the build that runs, or the backend with its adapter
 * @throws GpuUnavailableError without an adapter
 */
export async function start(mode: EngineMode): Promise<string> {
  if (mode === 'wasm') {
    started = wasm
    return wasm.variant
  }
  const gpu = await createGpu({ mode })
  started = gpu
  return `${mode}, ${gpu.adapter.description}${gpu.adapter.software ? ', software' : ''}`
}

export function pack(id: number, spec: RecurrentSpec, weights: readonly WireWeights[]): void {
  packed.set(id, engine().pack(spec, weights.map(directionWeights)))
}

export function update(id: number, weights: readonly WireWeights[]): void {
  packed.get(id)?.update(weights.map(directionWeights))
}

function directionWeights(w: WireWeights): DirectionWeights {
  return {
    weightIh: fromWire(w.weightIh),
    weightHh: fromWire(w.weightHh),
    biasIh: orNull(fromWire, w.biasIh),
    biasHh: orNull(fromWire, w.biasHh),
    weightHr: orNull(fromWire, w.weightHr),
  }
}

export function dispose(id: number): void {
  packed.get(id)?.dispose()
  packed.delete(id)
}

export async function recurrent(
  id: number,
  { input, batchSizes, batchFirst, h0, c0, dropout }: WireCall,
): Promise<WireOutput> {
  const weights = packed.get(id)
  if (!weights) throw new Error(`page: no weights ${id}`)
  const { output, hn, cn } = await engine().recurrent(weights, {
    input: fromWire(input),
    batchSizes: Int32Array.from(batchSizes),
    batchFirst,
    h0: orNull(fromWire, h0),
    c0: orNull(fromWire, c0),
    dropout: orNull(fromWire, dropout),
  })
  return { output: toWire(output), hn: toWire(hn), cn: orNull(toWire, cn) }
}

export async function matmul({ a, b, bias, ...sizes }: WireProduct): Promise<WireFloats> {
  return toWire(
    await engine().matmul({ a: fromWire(a), b: fromWire(b), bias: orNull(fromWire, bias), ...sizes }),
  )
}

function engine(): Engine {
  if (started === null) throw new Error('page: no engine was started')
  return started
}
