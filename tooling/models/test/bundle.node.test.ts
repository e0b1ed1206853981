import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { some } from '@unroll/testing/full'
import { build as buildByEsbuild } from 'esbuild'
import { chromium } from 'playwright'
import { build as buildByVite } from 'vite'
import { describe, expect, it } from 'vitest'

const executablePath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
const app = fileURLToPath(new URL('app', import.meta.url))
const packages = fileURLToPath(new URL('../../../packages', import.meta.url))
const names = ['gpu', 'kernels', 'nn', 'sequence', 'tensor']
/** The import map of a page without a bundler: every module that the packages export. */
const importMap = JSON.stringify({ imports: Object.fromEntries(names.flatMap(modulesOf)) })

/** Minified as for production, if at all; each writes `main.js` and what it loads into a folder. */
const bundlers = {
  none: async (folder: string): Promise<void> => {
    await copyFile(join(app, 'main.js'), join(folder, 'main.js'))
    for (const name of names) await cp(join(packages, name, 'dist'), join(folder, name), { recursive: true })
  },
  esbuild: async (outdir: string): Promise<void> => {
    await buildByEsbuild({
      entryPoints: [join(app, 'main.js')],
      outdir,
      bundle: true,
      minify: true,
      keepNames: true,
      splitting: true,
      format: 'esm',
      logLevel: 'error',
    })
  },
  vite: async (outDir: string): Promise<void> => {
    await buildByVite({
      root: app,
      configFile: false,
      logLevel: 'error',
      build: {
        outDir,
        emptyOutDir: true,
        minify: true,
        target: 'esnext',
        rollupOptions: { input: join(app, 'main.js'), output: { entryFileNames: 'main.js' } },
      },
    })
  },
}

/** What can be imported from a package, and its address in the page. */
function modulesOf(name: string): (readonly [specifier: string, address: string])[] {
  const { exports } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
  return Object.entries(exports).flatMap(([path, found]) => {
    const file = String(typeof found === 'string' ? found : Object(found).default)
    return file.endsWith('.js')
      ? [[`@unroll/${name}${path.slice(1)}`, file.replace('./dist/', `/${name}/`)] as const]
      : []
  })
}

describe.skipIf(!executablePath)(executablePath ? 'an app' : 'an app: no Chromium here', () => {
  it.each(some(['vite', 'esbuild', 'none'] as const, 1))(
    'bundler %s: computes on webgpu and webgl2 what wasm does, evaluates nothing, and its errors say the same',
    async (bundler) => {
      const folder = await mkdtemp(join(tmpdir(), 'unroll-bundle-'))
      await bundlers[bundler](folder)
      await writeFile(
        join(folder, 'index.html'),
        `<!doctype html><script type="importmap">${importMap}</script><script type="module" src="main.js"></script>`,
      )
      const hash = createHash('sha256').update(importMap).digest('base64')
      const server = createServer((request, response) => {
        const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1)
        readFile(join(folder, name)).then(
          (content) => {
            // webgpu and webgl2 evaluate no strings; wasm has to be compiled.
            response.setHeader(
              'Content-Security-Policy',
              `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
            )
            response.setHeader('Content-Type', name.endsWith('.js') ? 'text/javascript' : 'text/html')
            response.end(content)
          },
          () => response.writeHead(404).end(),
        )
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      const browser = await chromium.launch({
        executablePath: executablePath ?? '',
        args: [
          '--no-sandbox',
          '--disable-quic',
          '--enable-unsafe-webgpu',
          '--use-webgpu-adapter=swiftshader',
        ],
      })
      try {
        const page = await browser.newPage()
        const problems: string[] = []
        page.on('pageerror', (error) => problems.push(error.message))
        page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
        await page.goto(`http://localhost:${port}/`)
        const answer: unknown = await page
          .waitForFunction(() => Reflect.get(globalThis, 'answer'), null, { timeout: 30_000 })
          .then((handle) => handle.jsonValue())
          .catch(() => null)
        expect(problems.filter((text) => !text.includes('favicon') && !text.includes('404'))).toEqual([])
        const { results, want, errors } = Object(answer)
        expect(errors).toEqual([
          'TypeError: createGpu: expected options to be a plain object, got string "webgpu"; write { mode: "webgpu" }',
          expect.stringMatching(
            /^GpuUnavailableError: headlessgl: it needs Node and the package gl, got none; /,
          ),
        ])
        for (const backend of ['webgpu', 'webgl2']) {
          const { data, ...rest } = results[backend]
          expect(rest.backend).toBe(backend)
          expect(data).toBeAllclose(want, { rtol: 1e-4, atol: 1e-5 })
        }
        expect(results.webgpu.readbacks).toBe(1)
      } finally {
        await browser.close()
        server.close()
        await rm(folder, { recursive: true })
      }
    },
  )
})
