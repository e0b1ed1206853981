import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownFile } from './bundlers.ts'
import { command } from './command.ts'
import { peerFile, peerProgram } from './peers.ts'
import { written } from './project.ts'
import type { Row } from './row.ts'

const condition = 'unroll-inference'

/** Bundlers, with how they are told the condition: arguments of Node, to bundle `inference.js` of the project into a folder. */
const bundlers: Readonly<Record<string, (out: string) => readonly string[]>> = {
  Vite: (out) => [
    ownFile('vite', 'bin/vite.js'),
    'build',
    '--config=vite.inference.config.js',
    '--outDir',
    out,
    '--logLevel',
    'error',
  ],
  webpack: (out) => [
    '--eval',
    `const options = { mode: 'production', entry: './inference.js', output: { path: ${JSON.stringify(out)}, filename: 'inference.js' },
       resolve: { conditionNames: ['${condition}', '...'] } }
     require(${JSON.stringify(peerFile('webpack', 'lib/index.js'))})(options, (error, stats) => {
       if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString())
     })`,
  ],
  esbuild: (out) => [
    '--eval',
    `require(${JSON.stringify(ownFile('esbuild', 'lib/main.js'))}).buildSync({
       entryPoints: ['inference.js'], bundle: true, minify: true, format: 'esm', conditions: ['${condition}'], outdir: ${JSON.stringify(out)} })`,
  ],
  Rollup: (out) => [
    peerFile('rollup', 'dist/bin/rollup'),
    'inference.js',
    '--plugin',
    `${peerFile('@rollup/plugin-node-resolve', 'dist/es/index.js')}={exportConditions: ['${condition}']}`,
    '--format',
    'es',
    '--dir',
    out,
    '--silent',
  ],
}

/** The build for inference, as runtimes and bundlers choose it. */
export function inferenceRows(project: string): Row[] {
  const group = 'for inference'
  const print = (program: string, args: readonly string[]): Promise<string> =>
    command(program, args, { cwd: project, env: { NO_COLOR: '1' } })
  const whole = (): Promise<string> => print(process.execPath, ['inference.js'])
  const row = (name: string, run: () => Promise<string>): Row => ({
    group,
    name,
    run: async () => checkInferred(await run(), await whole()),
  })
  return [
    row('Node', () => print(process.execPath, [`--conditions=${condition}`, 'inference.js'])),
    row('Deno', () => print(peerProgram('deno'), ['run', `--conditions=${condition}`, 'inference.js'])),
    row('Bun', () => print(peerProgram('bun'), [`--conditions=${condition}`, 'inference.js'])),
    ...Object.entries(bundlers).map(([name, args]) =>
      row(name, async () => {
        const out = join(project, written, `inference ${name}`)
        await print(process.execPath, args(out))
        await writeFile(join(out, 'package.json'), '{ "type": "module" }')
        return print(process.execPath, [join(out, 'inference.js')])
      }),
    ),
  ]
}

/** @throws Error unless a program printed the same numbers as with the whole packages, and that training is left out */
function checkInferred(printed: string, whole: string): string {
  const [got, want] = [JSON.parse(printed), JSON.parse(whole)]
  if (want.training !== 'there') throw new Error(`expected that the whole packages train, got ${whole}`)
  if (!String(got.training).includes(condition)) {
    throw new Error(`expected that training is left out, got ${printed}`)
  }
  const largest = Math.max(
    ...want.output.map((value: number, index: number) => Math.abs(value - got.output[index])),
  )
  // Runtimes may have other builds: with fused multiply-adds, or without.
  if (!(largest <= 1e-6 && got.output.length === want.output.length)) {
    throw new Error(`expected ${whole}, got ${printed}`)
  }
  return `training is left out, ${largest === 0 ? 'the same bits' : `at most ${largest.toExponential(1)} off`}`
}
