import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { command } from './command.ts'
import { peerNode, peerProgram } from './peers.ts'
import { written } from './project.ts'
import { check, parseResult, type Result } from './result.ts'
import type { Row } from './row.ts'

/** Programs on runtimes for servers. */
export function runtimeRows(project: string, want: Result): Row[] {
  const group = 'runtimes'
  const print = (program: string, args: readonly string[]): Promise<string> =>
    command(program, args, { cwd: project, env: { NO_COLOR: '1' } })
  const run = async (program: string, args: readonly string[]): Promise<string> =>
    check(parseResult(await print(program, args)), want)
  const runNode = async (program: string): Promise<string> => {
    const tests = /^# pass (\d+)$/m.exec(
      await print(program, ['--test', '--test-reporter=tap', 'plain.test.js']),
    )
    return `${await run(program, ['main.js'])}, ${tests?.[1]} tests of node --test`
  }
  return [
    ...['20.16', '22', '26'].map((version) => ({
      group,
      name: `Node ${version}`,
      run: async () => runNode(peerNode(`node${version.slice(0, 2)}`)),
    })),
    { group, name: `Node ${process.versions.node}`, run: () => runNode(process.execPath) },
    { group, name: 'Deno', run: async () => run(peerProgram('deno'), ['run', '--allow-read', 'main.js']) },
    { group, name: 'Bun', run: async () => run(peerProgram('bun'), ['main.js']) },
    {
      group,
      name: 'workerd',
      run: async () =>
        check(parseResult(await workerd(project, 'worker')), want, {
          engine: 'reference',
          warning: "'wasm-unsafe-eval'",
        }),
    },
    {
      group,
      name: 'workerd, wasm imported',
      run: async () => check(parseResult(await workerd(project, 'fastWorker')), want),
    },
  ]
}

/** Bundles a worker, and runs its test in workerd. Returns what that printed. */
async function workerd(project: string, name: string): Promise<string> {
  const program = peerProgram('workerd')
  const out = join(project, written, name)
  await mkdir(out, { recursive: true })
  await build({
    entryPoints: [join(project, `${name}.js`)],
    outfile: join(out, 'worker.js'),
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker'],
    external: ['*.wasm'],
    logLevel: 'error',
  })
  await cp(join(project, 'node_modules/@unroll/kernels/dist/relaxed-simd.wasm'), join(out, 'kernels.wasm'))
  await writeFile(join(out, 'config.capnp'), config)
  return command(program, ['test', 'config.capnp'], { cwd: out })
}

const config = `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "main", worker = .main)]);

const main :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "@unroll/kernels/relaxed-simd.wasm", wasm = embed "kernels.wasm"),
  ],
  compatibilityDate = "2026-01-01",
);
`
