import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

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
  await buildInto(files)
  const server = createServer(async ({ url = '/' }, response) => {
    const [, host, name = ''] = /^\/(isolated|plain)\/bench\/([^?]*)/.exec(url) ?? []
    try {
      if (host === undefined) throw new RangeError(`no such folder: ${url}`)
      const body = await readFile(join(files, name === '' ? 'index.html' : name))
      response.writeHead(200, {
        'content-type': types[extname(name || 'index.html')] ?? 'application/octet-stream',
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

/** In a process of its own: the test runner's environment would make another page of it. */
async function buildInto(folder: string): Promise<void> {
  const { PATH, HOME } = process.env
  const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url))
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { PATH, HOME },
    },
  )
}
