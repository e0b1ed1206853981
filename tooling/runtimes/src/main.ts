/**
 * Tries the packed packages on the runtimes, bundlers and compilers that people use. Each row has a line; at the end come a table
 * and `N passed, N failed, N skipped` as the last line. Exits with 1 if anything failed.
 *
 *   node tooling/runtimes/src/main.ts [--report FILE] [word ...]     only rows whose name contains one of the words
 */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs, styleText } from 'node:util'
import { grid } from '@unroll/table'
import { bundlerRows } from './bundlerRows.ts'
import { command } from './command.ts'
import { inferenceRows } from './inferenceRows.ts'
import { Pages } from './pages.ts'
import { installPeers } from './peers.ts'
import { makeProject, written } from './project.ts'
import { parseResult } from './result.ts'
import { type Row, Unavailable } from './row.ts'
import { runtimeRows } from './runtimeRows.ts'
import { typescriptRows } from './typescriptRows.ts'

interface Outcome {
  readonly row: Row
  readonly state: 'ok' | 'FAILED' | 'skipped'
  readonly seconds: string
  readonly detail: string
}

const { values: options, positionals: words } = parseArgs({
  options: { report: { type: 'string' } },
  allowPositionals: true,
})
const states = { ok: 'green', FAILED: 'red', skipped: 'yellow' } as const

await step('installing what the packages are tried with', installPeers)
const project = await step('packing, and installing the packages into a project', makeProject)
const pages = new Pages(pathToFileURL(join(project, written, '/')))
try {
  const printed = await step('the reference engine, in Node', () =>
    command(process.execPath, ['main.js', 'reference'], { cwd: project }),
  )
  const want = parseResult(printed)
  const all = [
    ...runtimeRows(project, want),
    ...bundlerRows(project, want, pages),
    ...inferenceRows(project),
    ...typescriptRows(project),
  ]
  const wanted = all.filter(
    ({ group, name }) =>
      words.length === 0 ||
      words.some((word) => `${group} ${name}`.toLowerCase().includes(word.toLowerCase())),
  )
  const before = await readdir(project)
  const outcomes = await runAll(wanted)
  if (wanted.length > 0) outcomes.push(await runRow(isolationRow(before)))
  printTable(outcomes)
  const count = (state: Outcome['state']): number =>
    outcomes.filter((outcome) => outcome.state === state).length
  const [passed, failed, skipped] = [count('ok'), count('FAILED'), count('skipped')]
  if (options.report) await writeFile(options.report, JSON.stringify(reportOf(outcomes)))
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
} finally {
  await pages.close()
  await rm(project, { recursive: true, force: true })
}

async function step<T>(what: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await run()
  console.log(`${what}: ${secondsSince(start)} s`)
  return result
}

/** Runs two rows at a time: they seldom wait for the same thing. */
async function runAll(rows: readonly Row[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const queue = rows.entries()
  const work = async (): Promise<void> => {
    for (const [index, row] of queue) {
      const outcome = await runRow(row)
      outcomes[index] = outcome
      const { state, seconds, detail } = outcome
      console.log(`${styleText(states[state], state.padEnd(8))}${label(row)} ${seconds} s  ${detail}`)
    }
  }
  await Promise.all([work(), work()])
  return outcomes
}

/** What one row writes, another may read or write at the same time: they keep to folders of their own. */
function isolationRow(before: readonly string[]): Row {
  return {
    group: 'project',
    name: `rows write below ${written}/`,
    run: async () => {
      const added = (await readdir(project)).filter((file) => file !== written && !before.includes(file))
      if (added.length > 0) throw new Error(`expected nothing else, got ${added.join(', ')}`)
      return `${before.length} entries, the same before and after`
    },
  }
}

async function runRow(row: Row): Promise<Outcome> {
  const start = performance.now()
  const outcome = await row.run().then(
    (detail) => ({ state: 'ok' as const, detail }),
    (error: unknown) =>
      error instanceof Unavailable
        ? { state: 'skipped' as const, detail: error.message }
        : { state: 'FAILED' as const, detail: error instanceof Error ? error.message : String(error) },
  )
  return { row, ...outcome, seconds: secondsSince(start) }
}

/** The report that tooling/check reads. */
function reportOf(outcomes: readonly Outcome[]): object {
  const named = (state: Outcome['state']): string[] =>
    outcomes.filter((outcome) => outcome.state === state).map(({ row }) => label(row))
  return {
    passed: named('ok').length,
    failed: named('FAILED'),
    skipped: named('skipped').map((suite) => ({ suite, count: 1 })),
  }
}

function printTable(outcomes: readonly Outcome[]): void {
  const rows = outcomes.map(({ row, state, seconds, detail }) => {
    const [first = ''] = detail.split('\n')
    return [label(row), state, `${seconds} s`, first]
  })
  console.log(`\n${grid(rows, { aligns: ['left', 'left', 'right', 'left'] }).trimEnd()}`)
}

function label({ group, name }: Row): string {
  return `${group}: ${name}`
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1)
}
