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
    const main =
      typeof target === 'object' && target !== null && 'default' in target ? target.default : target
    const [, entry] = /^\.\/dist(.*)\/index\.js$/.exec(String(main)) ?? []
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

/** Whether to test everything, as CI does, or only what fits into 15 minutes. */
const isFull = process.env['CHECK_FULL'] === '1'

const shared = {
  alias,
  maxWorkers,
  provide: { full: isFull },
  ...timeouts,
}

const kinds = {
  inNode: '**/test/**/*.node.test.ts',
  alone: '**/test/**/*.alone{,.node}.test.ts',
  gpu: ['packages/gpu/test/**/*.test.ts', 'tooling/models/test/**/*.test.ts'],
}
const installed = '**/node_modules/**'

/** Tests share a process or a page, and leave it as they found it: most of their time would be that of loading the packages again. */
const together = {
  exclude: [kinds.inNode, kinds.alone, ...kinds.gpu, installed],
  isolate: false,
  setupFiles: ['@unroll/testing/setup', path('packages/kernels/test/leftAsFound.ts')],
}
/** Tests that start threads, measure memory or use up a GPU have a process or a page of their own, and come last. */
const alone = {
  include: [kinds.alone, ...kinds.gpu],
  setupFiles: ['@unroll/testing/setup'],
  maxWorkers: 1,
  sequence: { groupOrder: 1 },
}

/** Tests in pages of a browser. */
function inChromium(
  executablePath: string,
  name: string,
  tests: NonNullable<TestProjectInlineConfiguration['test']>,
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
      ...tests,
      name,
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
          ...together,
          name: 'node',
          include: ['{packages,tooling,apps}/*/test/**/*.test.ts'],
        },
      },
      // Those that need files, processes or browsers.
      {
        test: {
          ...shared,
          name: 'node only',
          include: [kinds.inNode],
          exclude: [kinds.alone, ...kinds.gpu, installed],
          setupFiles: ['@unroll/testing/setup'],
        },
      },
      { test: { ...shared, ...alone, name: 'node alone', exclude: [installed] } },
      ...(chromium
        ? [
            inChromium(chromium, 'chromium', {
              ...together,
              // The others are plain JavaScript, as in Node; READMEs and the website run them in pages, too.
              include: [`packages/${isFull ? '*' : '{kernels,tensor,nn,cells,sequence}'}/test/**/*.test.ts`],
            }),
            // A page at a time: contexts of a GPU that start at once run out of time.
            inChromium(chromium, 'chromium alone', { ...alone, exclude: [kinds.inNode, installed] }),
          ]
        : []),
    ],
  },
})
