/** What runs in the page: an engine, called with messages of plain data. Floats come and go as base64. */
import { createGpu, type GpuEngine } from '@unroll/gpu'
import type { DirectionWeights, PackedWeights, RecurrentOutput, RecurrentSpec } from '@unroll/kernels'

export interface WireWeights {
  readonly weightIh: string
  readonly weightHh: string
  readonly biasIh: string | null
  readonly biasHh: string | null
  readonly weightHr: string | null
}

export interface WireCall {
  readonly input: string
  readonly batchSizes: readonly number[]
  readonly batchFirst: boolean
  readonly h0: string | null
  readonly c0: string | null
  readonly dropout: string | null
}

export interface WireOutput {
  readonly output: string
  readonly hn: string
  readonly cn: string | null
}

export interface WireProduct {
  readonly a: string
  readonly b: string
  readonly bias: string | null
  readonly m: number
  readonly k: number
  readonly n: number
  readonly transposeB: boolean
}

let gpu: GpuEngine | null = null
const packed = new Map<number, PackedWeights>()

/** Comes before all others. @throws GpuUnavailableError without an adapter */
export async function start(mode: 'webgpu' | 'webgl2'): Promise<GpuEngine['adapter']> {
  gpu = await createGpu({ mode })
  return gpu.adapter
}

export function pack(id: number, spec: RecurrentSpec, weights: readonly WireWeights[]): void {
  const own = weights.map(
    (w): DirectionWeights => ({
      weightIh: floats(w.weightIh),
      weightHh: floats(w.weightHh),
      biasIh: orNull(w.biasIh),
      biasHh: orNull(w.biasHh),
      weightHr: orNull(w.weightHr),
    }),
  )
  packed.set(id, engine().pack(spec, own))
}

export function dispose(id: number): void {
  packed.get(id)?.dispose()
  packed.delete(id)
}

export async function recurrent(id: number, call: WireCall): Promise<WireOutput> {
  const { output, hn, cn } = await runner(id, call)()
  return { output: text(output), hn: text(hn), cn: cn && text(cn) }
}

export async function matmul({ a, b, bias, ...sizes }: WireProduct): Promise<string> {
  return text(await engine().matmul({ a: floats(a), b: floats(b), bias: orNull(bias), ...sizes }))
}

/** Milliseconds of each call, for about `ms`, at least one: from typed array to typed arrays. */
export async function time(id: number, call: WireCall, ms: number): Promise<number[]> {
  const run = runner(id, call)
  const samples: number[] = []
  for (let total = 0; samples.length === 0 || total < ms; ) {
    const start = performance.now()
    await run()
    const sample = performance.now() - start
    samples.push(sample)
    total += sample
  }
  return samples
}

function engine(): GpuEngine {
  if (gpu === null) throw new Error('page: not started')
  return gpu
}

function runner(
  id: number,
  { input, batchSizes, batchFirst, h0, c0, dropout }: WireCall,
): () => Promise<RecurrentOutput> {
  const weights = packed.get(id)
  if (!weights) throw new Error(`page: no weights ${id}`)
  const call = {
    input: floats(input),
    batchSizes: Int32Array.from(batchSizes),
    batchFirst,
    h0: orNull(h0),
    c0: orNull(c0),
    dropout: orNull(dropout),
  }
  return () => engine().recurrent(weights, call)
}

function orNull(wire: string | null): Float32Array | null {
  return wire === null ? null : floats(wire)
}

function floats(wire: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(wire), (letter) => letter.charCodeAt(0)).buffer)
}

function text(array: ArrayBufferView): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  let letters = ''
  for (let i = 0; i < bytes.length; i += 8192) letters += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(letters)
}
