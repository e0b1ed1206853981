/**
 * Runs everything that `npm test` checks, one step after the other. Each step has a line, and shows its output only if it fails.
 * At the end come a table, the name of each failure, and `N passed, N failed` as the last line. Exits with 1 if anything failed.
 *
 *   node tooling/check/check.mjs [step ...]      only these steps; `all` adds the matrix of runtimes, and tests everything, as CI does
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { grid } from '@unroll/table'
import { readTestReport } from './testReport.ts'

const scratch = await mkdtemp(join(tmpdir(), 'unroll-check-'))
/** Steps that count what they check, and where they write it. */
const reports = { tests: join(scratch, 'tests.json'), runtimes: join(scratch, 'runtimes.json') }

const given = process.argv.slice(2)
const everything = given.includes('all')

const steps = {
  build: 'turbo run build typecheck --output-logs=errors-only',
  lint: 'biome check --error-on-warnings .',
  layers: 'turbo boundaries',
  unused: 'knip --no-progress',
  packages: 'turbo run publint attw --output-logs=errors-only',
  size: 'size-limit',
  install: 'node tooling/check/installPacked.mjs',
  fuzz: `node packages/weights/scripts/fuzz.mjs --seconds ${process.env.CI ? 30 : 10}`,
  soak: `node tooling/soak/src/main.ts --seconds ${everything ? 40 : 20}`,
  tests: 'vitest run --reporter=dot --reporter=./tooling/check/testReporter.ts',
  runtimes: `node tooling/runtimes/src/main.ts --report ${reports.runtimes}`,
}
/** Steps that take minutes and hundreds of megabytes. They run only if they are asked for. */
const extra = ['runtimes']
/** Steps whose output is shown as it comes. */
const live = ['runtimes']

const wanted = given.filter((name) => name !== 'all')
const unknown = wanted.filter((name) => !(name in steps))
if (unknown.length > 0) {
  console.error(`check: no step ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`)
  process.exit(2)
}

const rows = []
/** The name of each failure. */
const failures = []
let passed = 0
let skipped = 0
for (const [name, command] of Object.entries(steps)) {
  const isWanted = wanted.includes(name) || (wanted.length === 0 && (everything || !extra.includes(name)))
  if (!isWanted) continue
  process.stdout.write(`${name.padEnd(10)}${styleText('dim', command.split(' --')[0])} ... `)
  const start = performance.now()
  if (live.includes(name)) console.log()
  const { code, output } = await run(command, { shown: live.includes(name) })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${code === 0 ? styleText('green', 'ok') : styleText('red', 'failed')} ${seconds} s`)
  if (code !== 0 && !live.includes(name)) console.log(output)
  let detail = ''
  if (name in reports) {
    const report = await readTestReport(reports[name], code)
    const left = report.skipped.reduce((sum, { count }) => sum + count, 0)
    passed += report.passed
    skipped += left
    failures.push(...report.failed.map((failure) => `${name}: ${failure}`))
    detail = counts({ passed: report.passed, failed: report.failed.length, skipped: left })
    if (name === 'tests') {
      for (const { suite, count } of report.skipped) console.log(`          skipped ${count}: ${suite}`)
    }
  } else if (code === 0) passed++
  else failures.push(name)
  rows.push([name, code === 0 ? 'ok' : 'FAILED', `${seconds} s`, detail])
}
await rm(scratch, { recursive: true })

console.log()
process.stdout.write(grid(rows, { aligns: ['left', 'left', 'right', 'left'] }))
if (!chromiumFound())
  console.log('chromium  SKIPPED: no Chromium here; install it or set CHROMIUM_PATH to run the browser tests')
if (failures.length > 0) console.log()
for (const failure of failures) console.log(`${styleText('red', 'FAILED')}  ${failure}`)
console.log(`\n${counts({ passed, failed: failures.length, skipped })}`)
process.exitCode = failures.length === 0 ? 0 : 1

function counts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Runs a shell command. Its output is kept, or shown as it comes. */
function run(command, { shown }) {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      stdio: shown ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        // Tests then check all pages of the website, all random shapes and long runs.
        CHECK_FULL: everything ? '1' : '',
        // The programs that tests start load their code from here.
        NODE_COMPILE_CACHE: join(scratch, 'compiled'),
        TURBO_TELEMETRY_DISABLED: '1',
        TEST_REPORT: reports.tests,
        FORCE_COLOR: process.stdout.isTTY ? '1' : '0',
      },
    })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

function chromiumFound() {
  return [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].some(
    (path) => path && existsSync(path),
  )
}
