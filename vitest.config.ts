import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Tests read the sources of our packages, not their builds: packages/nn/src/recurrent/index.ts as `@unroll/nn/recurrent`. */
const alias = readdirSync(path('packages')).flatMap((name) =>
  entriesOf(name).map((entry) => ({
    find: new RegExp(`^@unroll/${name}${entry}$`),
    replacement: path(`packages/${name}/src${entry}/index.ts`),
  })),
)

/** The modules that a package exports: '', `/recurrent`, ... */
function entriesOf(name: string): string[] {
  const { exports } = JSON.parse(readFileSync(path(`packages/${name}/package.json`), 'utf8'))
  return Object.values(exports).flatMap((target) => {
    const [, entry] = /^\.\/dist(.*)\/index\.js$/.exec(String(target)) ?? []
    return entry === undefined ? [] : [entry]
  })
}

const chromium = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (candidate) => candidate && existsSync(candidate),
)

/** Workers in Node, and browsers. Many tests wait for processes or pages, so that two cores have work for more than the one of Vitest. */
const maxWorkers = Math.max(2, availableParallelism() - 1)

/** A test takes seconds. On a machine whose every core is busy, under coverage, it may take minutes. */
const timeouts = { testTimeout: 180_000, hookTimeout: 180_000 }

const shared = {
  alias,
  setupFiles: ['@unroll/testing/setup'],
  provide: { full: process.env['CHECK_FULL'] === '1' },
  ...timeouts,
}

/** Tests in pages of a browser. */
function inChromium(
  name: string,
  executablePath: string,
  { include, exclude }: { readonly include: string[]; readonly exclude: string[] },
): TestProjectInlineConfiguration {
  return {
    // Cross-origin isolation, without which a page has no shared memory and so no threads.
    server: {
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
    test: {
      ...shared,
      name,
      // One page at a time.
      maxWorkers: 1,
      include,
      // *.node.test.ts needs files, processes or a garbage collector to ask for.
      exclude: ['**/*.node.test.ts', '**/node_modules/**', ...exclude],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath,
            args: [
              '--no-sandbox',
              '--disable-quic',
              '--no-first-run',
              '--disable-background-networking',
              '--disable-component-update',
              '--disable-sync',
              // Headless Chromium has a WebGPU adapter only when told which.
              '--enable-unsafe-webgpu',
              '--use-webgpu-adapter=swiftshader',
            ],
          },
        }),
        instances: [{ browser: 'chromium' as const }],
      },
    },
  }
}

export default defineConfig({
  test: {
    maxWorkers,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/generated/**', '**/*.d.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
    },
    projects: [
      {
        test: {
          ...shared,
          name: 'node',
          include: [
            'packages/*/test/**/*.test.ts',
            'tooling/*/test/**/*.test.ts',
            'apps/*/test/**/*.test.ts',
          ],
          environment: 'node',
          maxWorkers,
        },
      },
      // Two browsers, so that the suites of the GPU, which software plays, hold up nobody. Each opens a page after the other:
      // contexts of a GPU that start at once run out of time.
      ...(chromium
        ? [
            inChromium('chromium', chromium, {
              include: ['packages/*/test/**/*.test.ts'],
              exclude: ['packages/gpu/**'],
            }),
            inChromium('chromium gpu', chromium, {
              include: ['packages/gpu/test/**/*.test.ts', 'tooling/models/test/**/*.test.ts'],
              exclude: [],
            }),
          ]
        : []),
    ],
  },
})
