import type {
  DeviceEngine,
  DirectionWeights,
  FloatArray,
  FloatDType,
  MatmulOperands,
  PackedWeights,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
} from '@unroll/kernels'
import { checkInput, checkWeights } from '@unroll/kernels/checks'
import { adapterFlags, type BrowserName } from './browsers.ts'
import type { EngineMode, WireCall, WireOutput, WireProduct, WireWeights } from './enginePage.ts'
import { type BrowserPage, openPage } from './openPage.ts'
import { fromWire, orNull, toWire, type WireFloats } from './wire.ts'

/**
 * Starts an engine in a headless browser: the wasm engine, or the gpu engine on one of its backends. Null where that browser
 * is not installed, or has no adapter.
 *
 * @example
 * const gpu = await startBrowserEngine('webgpu')
 * gpu?.variant   // 'webgpu, google swiftshader ..., software'
 * await gpu?.close()
 */
export async function startBrowserEngine(
  mode: EngineMode,
  browser: BrowserName = 'chromium',
): Promise<BrowserEngine | null> {
  for (const flags of mode === 'wasm' ? [[]] : adapterFlags(browser)) {
    const page = await openPage(new URL('enginePage.ts', import.meta.url), { browser, flags })
    if (page === null) return null
    try {
      return new BrowserEngine(page, mode, (await page.call('start', mode)) as string)
    } catch (error) {
      await page.close()
      if (!(error instanceof Error) || !error.message.includes('GpuUnavailableError')) throw error
    }
  }
  return null
}

/** An engine whose calls go to the page. */
export class BrowserEngine implements DeviceEngine {
  readonly kind = 'device'
  readonly name: string
  readonly training = null
  readonly variant: string
  /** The browser and its version. */
  readonly browser: string
  readonly #page: BrowserPage
  readonly #dtypes: readonly FloatDType[]
  #count = 0

  /** Only {@link startBrowserEngine} makes them. */
  constructor(page: BrowserPage, mode: EngineMode, variant: string) {
    this.name = mode === 'wasm' ? mode : 'gpu'
    this.variant = variant
    this.browser = page.version
    this.#page = page
    this.#dtypes = mode === 'wasm' ? ['float32', 'float64'] : ['float32']
  }

  pack(spec: RecurrentSpec, weights: readonly DirectionWeights[]): BrowserWeights {
    if (!this.#dtypes.includes(spec.dtype)) {
      throw new TypeError(`${this.name}.pack: expected weights of float32, got ${spec.dtype}`)
    }
    return new BrowserWeights(this.#page, spec, this.#count++, weights)
  }

  async recurrent(weights: PackedWeights, call: RecurrentInput): Promise<RecurrentOutput> {
    const { id, sent } = own(weights)
    checkInput(weights.spec, call)
    await sent
    const { output, hn, cn } = (await this.#page.call('recurrent', id, wireCall(call))) as WireOutput
    return { output: fromWire(output), hn: fromWire(hn), cn: orNull(fromWire, cn) }
  }

  async matmul({ a, b, bias = null, m, k, n, transposeB = false }: MatmulOperands): Promise<FloatArray> {
    const product: WireProduct = {
      a: toWire(a),
      b: toWire(b),
      bias: orNull(toWire, bias),
      m,
      k,
      n,
      transposeB,
    }
    return fromWire((await this.#page.call('matmul', product)) as WireFloats)
  }

  async close(): Promise<void> {
    await this.#page.close()
  }
}

class BrowserWeights implements PackedWeights {
  readonly spec: RecurrentSpec
  readonly byteLength = 0
  readonly stale = false
  readonly id: number
  /** Resolves when the page has them; who uses them waits for it and gets its error. */
  sent: Promise<unknown>
  readonly #page: BrowserPage
  #version = 0
  #disposed = false

  constructor(page: BrowserPage, spec: RecurrentSpec, id: number, weights: readonly DirectionWeights[]) {
    checkWeights(spec, weights)
    this.#page = page
    this.spec = spec
    this.id = id
    this.sent = this.#send('pack', id, spec, weights.map(wireWeights))
  }

  get disposed(): boolean {
    return this.#disposed
  }

  get version(): number {
    return this.#version
  }

  update(weights: readonly DirectionWeights[]): void {
    checkWeights(this.spec, weights)
    this.sent = this.#send('update', this.id, weights.map(wireWeights))
    this.#version++
  }

  dispose(): void {
    if (!this.#disposed) void this.#send('dispose', this.id)
    this.#disposed = true
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #send(...call: Parameters<BrowserPage['call']>): Promise<unknown> {
    const sent = this.#page.call(...call)
    sent.catch(() => {})
    return sent
  }
}

function wireWeights({ weightIh, weightHh, biasIh, biasHh, weightHr }: DirectionWeights): WireWeights {
  return {
    weightIh: toWire(weightIh),
    weightHh: toWire(weightHh),
    biasIh: orNull(toWire, biasIh),
    biasHh: orNull(toWire, biasHh),
    weightHr: orNull(toWire, weightHr),
  }
}

function own(weights: PackedWeights): BrowserWeights {
  if (weights instanceof BrowserWeights) return weights
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
    input: toWire(input),
    batchSizes: [...batchSizes],
    batchFirst,
    h0: orNull(toWire, h0),
    c0: orNull(toWire, c0),
    dropout: orNull(toWire, dropout),
  }
}
