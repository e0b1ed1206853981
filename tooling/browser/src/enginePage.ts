/** What runs in the page: an engine, called with messages of plain data. */
import { createGpu } from '@unroll/gpu'
import {
  createWasmEngine,
  type DirectionWeights,
  type Engine,
  type MatmulOperands,
  type OutputGradients,
  type PackedWeights,
  type RecurrentGradients,
  type RecurrentInput,
  type RecurrentSpec,
  type RecurrentTape,
  type TapeOptions,
  type WantedGradients,
  wasm,
} from '@unroll/kernels'
import { fromWire, toWire } from './wire.ts'

/** `wasm` is the best build that the browser can run. */
export type EngineMode = 'wasm' | 'wasm simd' | 'webgpu' | 'webgl2'

let started: Engine | null = null
const packed = new Map<number, PackedWeights>()
const tapes = new Map<number, RecordedCall>()

interface RecordedCall {
  /** Their number. */
  readonly weights: number
  readonly tape: RecurrentTape<RecurrentGradients | Promise<RecurrentGradients>>
}

/**
 * Starts the engine. It must be the first call.
 * @returns the build that runs, or the backend with its adapter
 * @throws GpuUnavailableError without an adapter
 */
export async function start(mode: EngineMode): Promise<string> {
  if (mode === 'wasm' || mode === 'wasm simd') {
    const chosen = mode === 'wasm' ? wasm : createWasmEngine('simd')
    started = chosen
    return chosen.variant
  }
  const gpu = await createGpu({ mode })
  started = gpu
  return `${mode}, ${gpu.adapter.description}${gpu.adapter.software ? ', software' : ''}`
}

export function pack(id: number, spec: RecurrentSpec, weights: unknown): void {
  packed.set(id, engine().pack(spec, fromWire(weights) as DirectionWeights[]))
}

export function update(id: number, weights: unknown): void {
  weightsOf(id).update(fromWire(weights) as DirectionWeights[])
}

/** Frees weights. Their tapes are of no use then. */
export function dispose(id: number): void {
  for (const [tapeId, { weights, tape }] of tapes) {
    if (weights !== id) continue
    tape.dispose()
    tapes.delete(tapeId)
  }
  packed.get(id)?.dispose()
  packed.delete(id)
}

export async function recurrent(id: number, call: unknown): Promise<unknown> {
  const { output, hn, cn } = await engine().recurrent(weightsOf(id), fromWire(call) as RecurrentInput)
  return toWire({ output, hn, cn })
}

/** Runs a sequence, and keeps its tape under `tapeId` until the weights are disposed. */
export async function record(
  tapeId: number,
  id: number,
  call: unknown,
  options?: TapeOptions,
): Promise<unknown> {
  const { name, training } = engine()
  if (training === null) throw new Error(`page: ${name} computes no gradients`)
  const tape = await training.recurrent(weightsOf(id), fromWire(call) as RecurrentInput, options)
  tapes.set(tapeId, { weights: id, tape })
  const { output, hn, cn } = tape
  return toWire({ output, hn, cn })
}

export async function backward(
  tapeId: number,
  gradients: unknown,
  wanted?: WantedGradients,
): Promise<unknown> {
  const recorded = tapes.get(tapeId)
  if (!recorded) throw new Error(`page: no tape ${tapeId}`)
  return toWire(await recorded.tape.backward(fromWire(gradients) as OutputGradients, wanted))
}

export async function matmul(operands: unknown): Promise<unknown> {
  return toWire(await engine().matmul(fromWire(operands) as MatmulOperands))
}

function weightsOf(id: number): PackedWeights {
  const weights = packed.get(id)
  if (!weights) throw new Error(`page: no weights ${id}`)
  return weights
}

function engine(): Engine {
  if (started === null) throw new Error('page: no engine was started')
  return started
}
