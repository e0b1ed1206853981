import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildSite } from '../scripts/buildSite.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** The built site, served as plain files from a folder of a host and with texts packed, as a static host does it. */
export interface Site extends AsyncDisposable {
  /** Folder of the files. */
  readonly files: string
  /** Where it is served from: `/` or `/unroll/`. */
  readonly base: string
  /** Address of its home page. */
  readonly home: string
}

/** Builds the site for a base path and serves it. */
export async function openSite(base: string): Promise<Site> {
  const files = await mkdtemp(join(tmpdir(), 'unroll-site-'))
  await buildSite({ ...outside(), DOCS_BASE: base, DOCS_OUT: files })
  const server = createServer(async ({ url = '/', headers }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://host').pathname)
    const inside = path.startsWith(base) ? path.slice(base.length) : null
    const name =
      inside === null ? '404.html' : inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside
    try {
      const body = await readFile(join(files, name))
      const type = types[extname(name)]
      const packed = type !== undefined && /\bgzip\b/.test(String(headers['accept-encoding']))
      response.writeHead(inside === null ? 404 : 200, {
        'content-type': type ?? 'application/octet-stream',
        ...(packed ? { 'content-encoding': 'gzip' } : {}),
      })
      response.end(packed ? gzipSync(body) : body)
    } catch {
      response.writeHead(404).end('no such page')
    }
  })
  const port = await listen(server)
  return {
    files,
    base,
    home: `http://localhost:${port}${base}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(files, { recursive: true })
    },
  }
}

/** The environment without what the test runner put there, by which Vite would build another site. */
function outside(): NodeJS.ProcessEnv {
  const own = ['BASE_URL', 'DEV', 'MODE', 'NODE_ENV', 'PROD', 'SSR', 'TEST']
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !own.includes(name) && !name.startsWith('VITE')),
  )
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
