import type {
  DeviceEngine,
  DeviceTraining,
  DirectionWeights,
  FloatArray,
  FloatDType,
  MatmulOperands,
  PackedWeights,
  RecurrentGradients,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
  RecurrentTape,
  TapeOptions,
} from '@unroll/kernels'
import { checkInput, checkWeights } from '@unroll/kernels/checks'
import { adapterFlags, type BrowserName } from './browsers.ts'
import type { EngineMode } from './enginePage.ts'
import { type BrowserPage, openPage } from './openPage.ts'
import { fromWire, toWire } from './wire.ts'

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
  for (const flags of isWasm(mode) ? [[]] : adapterFlags(browser)) {
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

function isWasm(mode: EngineMode): boolean {
  return mode.startsWith('wasm')
}

/** An engine whose calls go to the page. */
export class BrowserEngine implements DeviceEngine {
  readonly kind = 'device'
  readonly name: string
  readonly training: DeviceTraining
  readonly variant: string
  /** The browser and its version. */
  readonly browser: string
  readonly #page: BrowserPage
  readonly #dtypes: readonly FloatDType[]
  #count = 0

  /** Only {@link startBrowserEngine} makes them. */
  constructor(page: BrowserPage, mode: EngineMode, variant: string) {
    this.name = isWasm(mode) ? 'wasm' : 'gpu'
    this.variant = variant
    this.browser = page.version
    this.#page = page
    this.training = { recurrent: (weights, call, options) => this.#record(weights, call, options) }
    this.#dtypes = isWasm(mode) ? ['float32', 'float64'] : ['float32']
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
    return fromWire(await this.#page.call('recurrent', id, toWire(call))) as RecurrentOutput
  }

  async matmul(operands: MatmulOperands): Promise<FloatArray> {
    return fromWire(await this.#page.call('matmul', toWire(operands))) as FloatArray
  }

  async #record(
    weights: PackedWeights,
    call: RecurrentInput,
    options?: TapeOptions,
  ): Promise<RecurrentTape<Promise<RecurrentGradients>>> {
    const { id, sent } = own(weights)
    checkInput(weights.spec, call)
    await sent
    const tape = this.#count++
    const results = await this.#page.call('record', tape, id, toWire(call), options)
    return {
      ...(fromWire(results) as RecurrentOutput),
      backward: async (gradients, wanted) =>
        fromWire(await this.#page.call('backward', tape, toWire(gradients), wanted)) as RecurrentGradients,
      // The page frees it with the weights.
      dispose() {},
      [Symbol.dispose]() {},
    }
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
    this.sent = this.#send('pack', id, spec, toWire(weights))
  }

  get disposed(): boolean {
    return this.#disposed
  }

  get version(): number {
    return this.#version
  }

  update(weights: readonly DirectionWeights[]): void {
    checkWeights(this.spec, weights)
    this.sent = this.#send('update', this.id, toWire(weights))
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

function own(weights: PackedWeights): BrowserWeights {
  if (weights instanceof BrowserWeights) return weights
  throw new TypeError('recurrent: these weights were packed by another engine')
}
