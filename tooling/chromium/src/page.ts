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

/** The engine as the program in Node sees it. */
export class Page {
  readonly #gpu: GpuEngine
  readonly #packed = new Map<number, PackedWeights>()

  private constructor(gpu: GpuEngine) {
    this.#gpu = gpu
  }

  static async start(mode: 'webgpu' | 'webgl2'): Promise<Page> {
    return new Page(await createGpu({ mode }))
  }

  get adapter(): GpuEngine['adapter'] {
    return this.#gpu.adapter
  }

  pack(id: number, spec: RecurrentSpec, weights: readonly WireWeights[]): void {
    const own = weights.map(
      (w): DirectionWeights => ({
        weightIh: floats(w.weightIh),
        weightHh: floats(w.weightHh),
        biasIh: orNull(w.biasIh),
        biasHh: orNull(w.biasHh),
        weightHr: orNull(w.weightHr),
      }),
    )
    this.#packed.set(id, this.#gpu.pack(spec, own))
  }

  dispose(id: number): void {
    this.#packed.get(id)?.dispose()
    this.#packed.delete(id)
  }

  async recurrent(id: number, call: WireCall): Promise<WireOutput> {
    const { output, hn, cn } = await this.#run(id, call)()
    return { output: text(output), hn: text(hn), cn: cn && text(cn) }
  }

  async matmul({ a, b, bias, ...sizes }: WireProduct): Promise<string> {
    return text(await this.#gpu.matmul({ a: floats(a), b: floats(b), bias: orNull(bias), ...sizes }))
  }

  /** Milliseconds of each call, for about `ms`, at least one: from typed array to typed arrays. */
  async time(id: number, call: WireCall, ms: number): Promise<number[]> {
    const run = this.#run(id, call)
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

  #run(
    id: number,
    { input, batchSizes, batchFirst, h0, c0, dropout }: WireCall,
  ): () => Promise<RecurrentOutput> {
    const packed = this.#packed.get(id)
    if (!packed) throw new Error(`page: no weights ${id}`)
    const call = {
      input: floats(input),
      batchSizes: Int32Array.from(batchSizes),
      batchFirst,
      h0: orNull(h0),
      c0: orNull(c0),
      dropout: orNull(dropout),
    }
    return () => this.#gpu.recurrent(packed, call)
  }
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

Object.assign(globalThis, { Page })
