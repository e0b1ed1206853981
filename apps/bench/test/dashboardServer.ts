import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

/** The built page, served as plain files from a folder of a host. */
export interface Dashboard extends AsyncDisposable {
  /** Folder of the files. */
  readonly files: string
  /** Its address with the headers that threads need. */
  readonly isolated: string
  /** Its address as a static host without settings serves it. */
  readonly plain: string
}

export async function openDashboard(): Promise<Dashboard> {
  const files = await mkdtemp(join(tmpdir(), 'unroll-dashboard-'))
  const root = fileURLToPath(new URL('..', import.meta.url))
  await build({ root, logLevel: 'error', mode: 'production', build: { outDir: files, emptyOutDir: true } })
  const server = createServer(async ({ url = '/' }, response) => {
    const [, host, name = ''] = /^\/(isolated|plain)\/bench\/([^?]*)/.exec(url) ?? []
    try {
      if (host === undefined) throw new RangeError(`no such folder: ${url}`)
      const body = await readFile(join(files, name === '' ? 'index.html' : name))
      response.writeHead(200, {
        'content-type': types[extname(name || '.html')] ?? 'application/octet-stream',
        ...(host === 'isolated' && {
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-embedder-policy': 'require-corp',
        }),
      })
      response.end(body)
    } catch {
      response.writeHead(404).end('no such page')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    files,
    isolated: `http://localhost:${port}/isolated/bench/`,
    plain: `http://localhost:${port}/plain/bench/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(files, { recursive: true })
    },
  }
}
