import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright'

/** Where Chromium is; undefined if it is not. */
const executablePath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)

const quietly = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-sync']

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

/** As text: tools that rewrite imports would rewrite one in a function. */
const start = "import * as program from '/script.js'; globalThis.program = program"

interface PageOptions {
  /** Of Chromium's command line. */
  readonly flags?: readonly string[]
  /** What the page finds below `/files/`. */
  readonly files?: URL
}

/**
 * A program of one's own in a page of a headless Chromium. Null where there is no Chromium.
 *
 * The page is served from localhost and cross-origin isolated, so that all that secure pages may do works in it.
 * @param entry a module; what it exports can be called
 *
 * @example
 * const page = await openPage(new URL('page.ts', import.meta.url))
 * await page?.call('add', 1, 2)   // page.ts exports function add
 * await page?.close()
 */
export async function openPage(
  entry: URL,
  { flags = [], files }: PageOptions = {},
): Promise<ChromiumPage | null> {
  if (executablePath === undefined) return null
  const script = await bundle(entry)
  const server = createServer(async ({ url = '/' }, response) => {
    const [path = '/'] = url.split('?')
    const content = path.startsWith('/files/')
      ? files && (await readFile(new URL(path.slice('/files/'.length), files)).catch(() => undefined))
      : path === '/script.js'
        ? script
        : '<!doctype html><link rel="icon" href="data:,">'
    response.writeHead(content === undefined ? 404 : 200, {
      'Content-Type': types[extname(path) || '.html'] ?? 'application/octet-stream',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    })
    response.end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const browser = await chromium.launch({ executablePath, args: [...quietly, ...flags] })
  try {
    const page = await browser.newPage()
    await page.goto(`http://localhost:${port}/`)
    await page.addScriptTag({ type: 'module', content: start })
    await page.waitForFunction(() => 'program' in globalThis)
    return new ChromiumPage(server, browser, page)
  } catch (error) {
    await browser.close()
    server.close()
    throw error
  }
}

export class ChromiumPage {
  /** Of Chromium, e.g. `156.0.7512.0`. */
  readonly version: string
  readonly #server: Server
  readonly #browser: Browser
  readonly #page: Page

  /** Only {@link openPage} makes them. */
  constructor(server: Server, browser: Browser, page: Page) {
    this.version = browser.version()
    this.#server = server
    this.#browser = browser
    this.#page = page
  }

  /** Calls what the page's program exports. Arguments and result are plain data; errors come back with their message. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#page.evaluate(([method, given]) => Reflect.get(globalThis, 'program')[method](...given), [
      name,
      args,
    ] as [string, unknown[]])
  }

  /** Lets the page call `listener` by the global name `name`. */
  async listen(name: string, listener: (...args: readonly number[]) => void): Promise<void> {
    await this.#page.exposeFunction(name, listener)
  }

  async close(): Promise<void> {
    await this.#browser.close()
    this.#server.close()
  }
}

async function bundle(entry: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
