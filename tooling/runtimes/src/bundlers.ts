import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserName } from '@unroll/browser'
import { command } from './command.ts'
import { peerFile } from './peers.ts'

export interface Bundler {
  readonly name: string
  /** Whether its entry is a page, not a script. */
  readonly takesPage: boolean
  /** Whether its script runs in Node, too. */
  readonly runsInNode: boolean
  readonly browser: BrowserName
  /** Arguments of Node: the bundler, then its own. The project is the working folder. */
  readonly args: (out: string) => readonly string[]
}

const esbuild = {
  takesPage: false,
  runsInNode: true,
  args: (out: string) => [
    '--eval',
    `require(${JSON.stringify(ownFile('esbuild', 'lib/main.js'))}).buildSync({
       entryPoints: ['page.js'], bundle: true, splitting: true, minify: true, format: 'esm', outdir: ${JSON.stringify(out)} })`,
  ],
}

export const bundlers: readonly Bundler[] = [
  {
    name: 'Vite',
    takesPage: true,
    runsInNode: false,
    browser: 'chromium',
    args: (out) => [
      ownFile('vite', 'bin/vite.js'),
      'build',
      '--base=./',
      '--outDir',
      out,
      '--logLevel',
      'error',
    ],
  },
  {
    name: 'webpack',
    takesPage: false,
    // Its loader of chunks works in pages only.
    runsInNode: false,
    browser: 'chromium',
    args: (out) => [
      '--eval',
      `const options = { mode: 'production', entry: './page.js', output: { path: ${JSON.stringify(out)}, filename: 'page.js' } }
       require(${JSON.stringify(peerFile('webpack', 'lib/index.js'))})(options, (error, stats) => {
         if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString())
       })`,
    ],
  },
  { name: 'esbuild', browser: 'chromium', ...esbuild },
  { name: 'esbuild, Firefox', browser: 'firefox', ...esbuild },
  {
    name: 'Rollup',
    takesPage: false,
    runsInNode: true,
    browser: 'chromium',
    args: (out) => [
      peerFile('rollup', 'dist/bin/rollup'),
      'page.js',
      '--plugin',
      peerFile('@rollup/plugin-node-resolve', 'dist/es/index.js'),
      '--format',
      'es',
      '--dir',
      out,
      '--silent',
    ],
  },
  {
    name: 'Parcel',
    takesPage: true,
    runsInNode: false,
    browser: 'chromium',
    args: (out) => [
      peerFile('parcel', 'lib/bin.js'),
      'build',
      'index.html',
      '--no-cache',
      '--cache-dir',
      join(out, '..', 'Parcel cache'),
      '--public-url',
      './',
      '--dist-dir',
      out,
    ],
  },
]

/** Bundles `page.js` of a project into a folder, where `index.html` runs it. */
export async function bundle({ takesPage, args }: Bundler, project: string, out: string): Promise<void> {
  await mkdir(out, { recursive: true })
  await command(process.execPath, args(out), { cwd: project })
  if (!takesPage) await copyFile(join(project, 'index.html'), join(out, 'index.html'))
}

/** A file of a package that this one depends on. */
export function ownFile(name: string, path: string): string {
  return join(fileURLToPath(new URL('../node_modules', import.meta.url)), name, path)
}
