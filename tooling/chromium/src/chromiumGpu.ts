import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
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
import { build } from 'esbuild'
import { type Browser, type Page as BrowserPage, chromium } from 'playwright'
import type { WireCall, WireOutput, WireProduct, WireWeights } from './page.ts'

export type ChromiumMode = 'webgpu' | 'webgl2'

/** Where Chromium is; undefined if it is not. */
const executablePath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)

const flags = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-sync', '--enable-unsafe-webgpu']

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
  if (executablePath === undefined) return null
  const script = await pageScript()
  for (const args of [flags, [...flags, '--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader']]) {
    const gpu = await ChromiumGpu.start(mode, executablePath, args, script)
    if (gpu) return gpu
  }
  return null
}

/** An engine whose calls go to the page. float64 is refused here, as there. */
export class ChromiumGpu implements DeviceEngine {
  readonly kind = 'device'
  readonly name = 'gpu'
  readonly variant: string
  readonly #browser: Browser
  readonly #server: Server
  readonly #page: BrowserPage
  #count = 0

  static async start(
    mode: ChromiumMode,
    path: string,
    args: readonly string[],
    script: string,
  ): Promise<ChromiumGpu | null> {
    // WebGPU is for secure contexts, and localhost is one.
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end('<!doctype html>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const browser = await chromium.launch({ executablePath: path, args: [...args] })
    try {
      const page = await browser.newPage()
      await page.goto(`http://localhost:${port}/`)
      await page.addScriptTag({ content: script, type: 'module' })
      await page.waitForFunction(() => 'Page' in globalThis)
      const adapter = await page.evaluate(async (wanted) => {
        const engine = await Reflect.get(globalThis, 'Page').start(wanted)
        Reflect.set(globalThis, 'engine', engine)
        return engine.adapter as { readonly description: string; readonly software: boolean | null }
      }, mode)
      return new ChromiumGpu({ mode, adapter, browser, server, page })
    } catch (error) {
      await browser.close()
      server.close()
      if (error instanceof Error && error.message.includes('GpuUnavailableError')) return null
      throw error
    }
  }

  private constructor(from: {
    readonly mode: ChromiumMode
    readonly adapter: { readonly description: string; readonly software: boolean | null }
    readonly browser: Browser
    readonly server: Server
    readonly page: BrowserPage
  }) {
    const { mode, adapter, browser, server, page } = from
    this.variant = `${mode}, ${adapter.description}${adapter.software ? ', software' : ''}`
    this.#browser = browser
    this.#server = server
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
    const sent = this.#call('pack', id, spec, wire)
    // Who uses them waits for it and gets its error.
    sent.catch(() => {})
    return new ChromiumWeights(spec, id, sent, () => void this.#call('dispose', id).catch(() => {}))
  }

  async recurrent(weights: PackedWeights, call: RecurrentInput): Promise<RecurrentOutput> {
    const { id, sent } = own(weights)
    checkInput(weights.spec, call)
    await sent
    const { output, hn, cn } = (await this.#call('recurrent', id, wireCall(call))) as WireOutput
    return { output: floats(output), hn: floats(hn), cn: cn === null ? null : floats(cn) }
  }

  async matmul({ a, b, bias = null, m, k, n, transposeB = false }: MatmulOperands): Promise<FloatArray> {
    const product: WireProduct = { a: text(a), b: text(b), bias: bias && text(bias), m, k, n, transposeB }
    return floats((await this.#call('matmul', product)) as string)
  }

  /** Milliseconds of each call in the page, for about `ms`, at least one. */
  async time(weights: PackedWeights, call: RecurrentInput, ms: number): Promise<readonly number[]> {
    const { id, sent } = own(weights)
    await sent
    return (await this.#call('time', id, wireCall(call), ms)) as number[]
  }

  async close(): Promise<void> {
    await this.#browser.close()
    this.#server.close()
  }

  #call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#page.evaluate(([name, given]) => Reflect.get(globalThis, 'engine')[name](...given), [
      method,
      args,
    ] as [string, unknown[]])
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

async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
