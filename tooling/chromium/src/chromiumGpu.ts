import {
  checkInput,
  checkWeights,
  type DeviceEngine,
  type DirectionWeights,
  type FloatArray,
  type MatmulOperands,
  type PackedWeights,
  type RecurrentInput,
  type RecurrentOutput,
  type RecurrentSpec,
} from '@unroll/kernels'
import { type ChromiumPage, openPage } from './chromiumPage.ts'
import type { WireCall, WireOutput, WireProduct, WireWeights } from './gpuPage.ts'

export type ChromiumMode = 'webgpu' | 'webgl2'

/** What is told of an adapter. */
interface Adapter {
  readonly description: string
  readonly software: boolean | null
}

/**
 * The gpu engine in a headless Chromium: on an adapter of hardware if that finds one, else on SwiftShader, which computes
 * on the processor. Null where there is no Chromium, or it gives no adapter.
 *
 * @example
 * const gpu = await startChromiumGpu('webgpu')
 * gpu?.variant   // 'webgpu, google swiftshader ..., software'
 * await gpu?.close()
 */
export async function startChromiumGpu(mode: ChromiumMode): Promise<ChromiumGpu | null> {
  return (await ChromiumGpu.start(mode, [])) ?? (await ChromiumGpu.start(mode, softwareAdapter))
}

const softwareAdapter = ['--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader']

/** An engine whose calls go to the page. float64 is refused here, as there. */
export class ChromiumGpu implements DeviceEngine {
  readonly kind = 'device'
  readonly name = 'gpu'
  readonly variant: string
  readonly #page: ChromiumPage
  #count = 0

  /** Null where there is no Chromium, or it gives no adapter. */
  static async start(mode: ChromiumMode, flags: readonly string[]): Promise<ChromiumGpu | null> {
    const page = await openPage(new URL('gpuPage.ts', import.meta.url), {
      flags: ['--enable-unsafe-webgpu', ...flags],
    })
    if (page === null) return null
    try {
      return new ChromiumGpu(mode, page, (await page.call('start', mode)) as Adapter)
    } catch (error) {
      await page.close()
      if (error instanceof Error && error.message.includes('GpuUnavailableError')) return null
      throw error
    }
  }

  private constructor(mode: ChromiumMode, page: ChromiumPage, { description, software }: Adapter) {
    this.variant = `${mode}, ${description}${software ? ', software' : ''}`
    this.#page = page
  }

  pack(spec: RecurrentSpec, weights: readonly DirectionWeights[]): ChromiumWeights {
    if (spec.dtype !== 'float32')
      throw new TypeError(`gpu.pack: expected weights of float32, got ${spec.dtype}`)
    checkWeights(spec, weights)
    const id = this.#count++
    const wire = weights.map(
      (w): WireWeights => ({
        weightIh: text(w.weightIh),
        weightHh: text(w.weightHh),
        biasIh: w.biasIh && text(w.biasIh),
        biasHh: w.biasHh && text(w.biasHh),
        weightHr: w.weightHr && text(w.weightHr),
      }),
    )
    const sent = this.#page.call('pack', id, spec, wire)
    // Who uses them waits for it and gets its error.
    sent.catch(() => {})
    return new ChromiumWeights(spec, id, sent, () => void this.#page.call('dispose', id).catch(() => {}))
  }

  async recurrent(weights: PackedWeights, call: RecurrentInput): Promise<RecurrentOutput> {
    const { id, sent } = own(weights)
    checkInput(weights.spec, call)
    await sent
    const { output, hn, cn } = (await this.#page.call('recurrent', id, wireCall(call))) as WireOutput
    return { output: floats(output), hn: floats(hn), cn: cn === null ? null : floats(cn) }
  }

  async matmul({ a, b, bias = null, m, k, n, transposeB = false }: MatmulOperands): Promise<FloatArray> {
    const product: WireProduct = { a: text(a), b: text(b), bias: bias && text(bias), m, k, n, transposeB }
    return floats((await this.#page.call('matmul', product)) as string)
  }

  /** Milliseconds of each call in the page, for about `ms`, at least one. */
  async time(weights: PackedWeights, call: RecurrentInput, ms: number): Promise<readonly number[]> {
    const { id, sent } = own(weights)
    await sent
    return (await this.#page.call('time', id, wireCall(call), ms)) as number[]
  }

  async close(): Promise<void> {
    await this.#page.close()
  }
}

class ChromiumWeights implements PackedWeights {
  readonly spec: RecurrentSpec
  readonly byteLength = 0
  readonly stale = false
  readonly id: number
  readonly sent: Promise<unknown>
  readonly #dispose: () => void
  #disposed = false

  constructor(spec: RecurrentSpec, id: number, sent: Promise<unknown>, dispose: () => void) {
    this.spec = spec
    this.id = id
    this.sent = sent
    this.#dispose = dispose
  }

  get disposed(): boolean {
    return this.#disposed
  }

  dispose(): void {
    if (!this.#disposed) this.#dispose()
    this.#disposed = true
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

function own(weights: PackedWeights): ChromiumWeights {
  if (weights instanceof ChromiumWeights) return weights
  throw new TypeError('recurrent: these weights were packed by another engine')
}

function wireCall({
  input,
  batchSizes,
  batchFirst = false,
  h0,
  c0,
  dropout = null,
}: RecurrentInput): WireCall {
  return {
    input: text(input),
    batchSizes: [...batchSizes],
    batchFirst,
    h0: h0 && text(h0),
    c0: c0 && text(c0),
    dropout: dropout && text(dropout),
  }
}

function text(array: FloatArray): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64')
}

function floats(wire: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(wire, 'base64')).buffer)
}
