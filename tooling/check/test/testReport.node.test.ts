import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readTestReport, type TestReport } from '../testReport.ts'

const runs = fileURLToPath(new URL('runs/', import.meta.url))
const reporter = fileURLToPath(new URL('../testReporter.ts', import.meta.url))
const vitest = fileURLToPath(import.meta.resolve('../node_modules/vitest/vitest.mjs'))

it('a run that passes names no failure, and counts what it skipped by suite', async () => {
  const { code, report } = await run('passes')
  expect(code).toBe(0)
  expect(report).toEqual({
    passed: 1,
    failed: [],
    skipped: [{ suite: 'passes.fixture.ts (fixtures): on a machine that nobody has', count: 1 }],
  })
})

it('a test that fails is named', async () => {
  const { code, report } = await run('failingTest')
  expect(code).toBe(1)
  expect(report).toEqual({
    passed: 1,
    failed: ['failingTest.fixture.ts (fixtures) > sums > wrong'],
    skipped: [],
  })
})

it('a hook that fails is named with its suite, and the tests behind it do not count as skipped', async () => {
  const { code, report } = await run('failingHook')
  expect(code).toBe(1)
  expect(report).toEqual({
    passed: 1,
    failed: [
      'failingHook.fixture.ts (fixtures) > on a slow machine: a hook failed, 2 of 2 tests did not run: Hook timed out in 10ms.',
    ],
    skipped: [],
  })
})

it('a file that does not load is named', async () => {
  const { code, report } = await run('failingImport')
  expect(code).toBe(1)
  expect(report).toEqual({
    passed: 0,
    failed: ['failingImport.fixture.ts (fixtures): could not be loaded: this file does not load'],
    skipped: [],
  })
})

it('an error outside of tests is named, although all tests pass', async () => {
  const { code, report } = await run('failingOutside')
  expect(code).toBe(1)
  expect(report).toEqual({ passed: 1, failed: ['outside of tests: nobody waited for this'], skipped: [] })
})

it('a file whose process ends before it does is named', async () => {
  const { code, report } = await run('endsItself')
  expect(code).toBe(1)
  expect(report.failed).toContainEqual('endsItself.fixture.ts (fixtures): did not end')
})

it('a run of all of them names every failure', async () => {
  const { code, report } = await run('passes', 'failing')
  expect(code).toBe(1)
  expect(report.passed).toBe(4)
  expect(report.failed).toHaveLength(4)
})

it('a run that fails without a reason has one failure all the same', async () => {
  const { code, report } = await run('no such file')
  expect(code).toBe(1)
  expect(report.failed).toEqual(['ended with 1, though its report names no failure'])
})

it('a run that ends before its report has one failure', async () => {
  const report = await readTestReport('/no/such/report.json', 137)
  expect(report.failed).toEqual(['ended with 137 before it wrote its report'])
})

/** Runs Vitest on the fixtures whose names contain these words. */
async function run(...names: readonly string[]): Promise<{ code: number; report: TestReport }> {
  const folder = await mkdtemp(join(tmpdir(), 'unroll-report-'))
  const file = join(folder, 'report.json')
  try {
    const child = spawn(
      process.execPath,
      [vitest, 'run', `--root=${runs}`, `--reporter=${reporter}`, ...names],
      {
        stdio: 'ignore',
        env: { ...process.env, TEST_REPORT: file },
      },
    )
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (status) => resolve(status ?? 1))
    })
    return { code, report: await readTestReport(file, code) }
  } finally {
    await rm(folder, { recursive: true })
  }
}
