import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type BrowserName, commandOf, executableOf, versionOf } from './browsers.ts'

interface PageOptions {
  /** Default: chromium. */
  readonly browser?: BrowserName
  /** Further arguments of the browser's command line. */
  readonly flags?: readonly string[]
  /** A module that the page can start as a worker, `/worker.js`. */
  readonly worker?: URL
  /** Folders by the path at which they are served, such as `/files/model/`. A path to a folder gives its `index.html`. */
  readonly files?: Readonly<Record<string, URL>>
  /** Headers of the page, such as a Content-Security-Policy; not of its files and workers. */
  readonly headers?: Readonly<Record<string, string>>
  /** Called with what the page passes to the global function `tell`. */
  readonly onTold?: ((...numbers: readonly number[]) => void) | undefined
}

/**
 * Runs a program in a page of a headless browser. Null where that browser is not installed.
 *
 * The page is served from localhost and cross-origin isolated, so everything that secure pages may do works in it. It asks
 * this process what to call, so it needs no driver and works in any browser.
 * @param entry a module, whose exports can be called
 * @throws Error where the browser ends, or does not open the page
 *
 * @example
 * const page = await openPage(new URL('page.ts', import.meta.url))
 * await page?.call('add', 1, 2)   // page.ts exports function add
 * await page?.close()
 */
export async function openPage(
  entry: URL,
  { browser = 'chromium', flags = [], worker, files = {}, headers = {}, onTold }: PageOptions = {},
): Promise<BrowserPage | null> {
  const executable = executableOf(browser)
  if (executable === null) return null
  const scripts = {
    '/script.js': await bundle(entry),
    ...(worker === undefined ? {} : { '/worker.js': await bundle(worker) }),
  }
  const page = new BrowserPage(versionOf(executable), scripts, { files, headers, onTold })
  await page.open(executable, (profile, url) => commandOf(browser, profile, url, flags))
  return page
}

/** A call the page has not answered. */
interface Call {
  readonly name: string
  readonly args: readonly unknown[]
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Only {@link openPage} makes them. */
export class BrowserPage {
  /** The browser's name and version. */
  readonly version: string
  readonly #scripts: Readonly<Record<string, string>>
  readonly #files: Readonly<Record<string, URL>>
  readonly #onTold: PageOptions['onTold']
  readonly #server: Server
  readonly #calls: Call[] = []
  #child: ChildProcess | null = null
  #profile = ''
  #ended: Error | null = null
  /** Called when the page has something to do, or when it was closed. */
  #wake: () => void = () => {}

  constructor(
    version: string,
    scripts: Readonly<Record<string, string>>,
    { files = {}, headers, onTold }: PageOptions,
  ) {
    this.version = version
    this.#scripts = scripts
    this.#files = files
    this.#onTold = onTold
    this.#server = createServer(async (request, response) => {
      const path = (request.url ?? '/').split('?')[0] ?? '/'
      const content = await this.#answer(path, request)
      response.writeHead(content === null ? 404 : 200, {
        'Content-Type': types[extname(path) || '.html'] ?? 'application/octet-stream',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
        'Cache-Control': 'no-store',
        ...(path === '/' ? headers : {}),
      })
      response.end(content)
    })
  }

  async open(
    executable: string,
    command: (profile: string, url: string) => readonly string[],
  ): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    const port = typeof address === 'object' ? address?.port : 0
    this.#profile = await mkdtemp(join(tmpdir(), 'unroll-browser-'))
    const child = spawn(executable, command(this.#profile, `http://localhost:${port}/`), {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOME: this.#profile },
    })
    this.#child = child
    let errors = ''
    child.stderr?.on('data', (text) => (errors = `${errors}${text}`.slice(-2000)))
    child.on('error', (error) => this.#end(error))
    // Not `exit`: what it wrote may still be on its way then.
    child.on('close', () => this.#end(new Error(`${this.version} ended: ${errors.trim()}`)))
    process.once('exit', this.#kill)
    const timer = setTimeout(() => {
      this.#end(new Error(`${this.version} did not open the page in ${opensWithin / 1000} s: ${errors}`))
    }, opensWithin)
    try {
      await this.call(ready)
    } catch (error) {
      await this.close()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Calls what the page's program exports, one call after the other. Arguments and result are plain data.
   * @throws Error with the name and message of what the program throws
   */
  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended)
      this.#calls.push({ name, args, resolve, reject })
      this.#wake()
    })
  }

  async close(): Promise<void> {
    const child = this.#child
    this.#child = null
    this.#end(new Error('the page was closed'))
    process.off('exit', this.#kill)
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill()
      await once(child, 'exit')
    }
    this.#server.closeAllConnections()
    this.#server.close()
    // A process of the browser may still be writing.
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  readonly #kill = (): void => void this.#child?.kill()

  #end(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#calls.splice(0)) reject(this.#ended)
    this.#wake()
  }

  async #answer(path: string, request: IncomingMessage): Promise<string | Buffer | null> {
    switch (path) {
      case '/':
        return '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/serve.js"></script>'
      case '/serve.js':
        return serve
      case '/alive':
        // This request stays open as long as the page, so its end tells that the page crashed.
        await once(request.socket, 'close')
        this.#end(new Error(`${this.version}: the page is gone; it crashed, or went elsewhere`))
        return null
      case '/next': {
        if (this.#calls.length === 0 && this.#ended === null) {
          await new Promise<void>((resolve) => (this.#wake = resolve))
        }
        const [next] = this.#calls
        return next ? JSON.stringify({ name: next.name, args: next.args }) : null
      }
      case '/reply': {
        const { value, error } = JSON.parse(await textOf(request))
        const call = this.#calls.shift()
        if (error === undefined) call?.resolve(value)
        else call?.reject(new Error(`${this.version}: ${error}`))
        return ''
      }
      case '/tell':
        this.#onTold?.(...JSON.parse(await textOf(request)))
        return ''
      default: {
        const script = this.#scripts[path]
        if (script !== undefined) return script
        const [at, folder] = Object.entries(this.#files).find(([below]) => path.startsWith(below)) ?? []
        if (at === undefined || folder === undefined) return null
        const inside = `${path.slice(at.length)}${path.endsWith('/') ? 'index.html' : ''}`
        return readFile(new URL(`./${inside}`, folder)).catch(() => null)
      }
    }
  }
}

const opensWithin = 60_000

/** A call that every page answers. */
const ready = 'ready'

/** The page's script. It is text, because tools that rewrite imports would rewrite those of a function. */
const serve = `
const post = (path, value) => fetch(path, { method: 'POST', body: JSON.stringify(value) })
globalThis.tell = (...numbers) => post('/tell', numbers)
const program = import('/script.js')
fetch('/alive').catch(() => {})
for (;;) {
  const response = await fetch('/next')
  if (!response.ok) break
  const { name, args } = await response.json()
  let reply
  try {
    const exports = await program
    reply = { value: name === '${ready}' ? null : await exports[name](...args) }
  } catch (error) {
    reply = { error: error.name + ': ' + error.message }
  }
  await post('/reply', reply)
}
`

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
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
