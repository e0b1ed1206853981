/**
 * pnpm parity [-- --seed S --count N --json]   random configurations in PyTorch and in every engine
 * pnpm parity -- --gpu [...]                   the gpu engine of a headless Chromium too
 * pnpm parity -- --browser firefox [...]       the wasm engine in Firefox, or chromium, too
 * pnpm parity -- --training [...]              modules that run forward and back, nothing else
 * pnpm parity -- --draws [--seed S --json]     a million seeded draws of every function, bit for bit
 * pnpm parity -- --conformance [--write]       PyTorch's API row by row; writes docs/conformance.md
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type BrowserName, browserNames } from '@unroll/browser'
import { conformance } from './conformance.ts'
import { conformancePage } from './conformancePage.ts'
import { compareDraws, type DrawResult, drawPlans, isDropout } from './draws.ts'
import { browserEngines, gpuEngines, namedEngines } from './engines.ts'
import { isOracle, type Oracle, startOracle } from './oracle.ts'
import { runParity } from './parity.ts'
import { drawsText, reportText } from './report.ts'

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    seed: { type: 'string', default: '0' },
    count: { type: 'string', default: '500' },
    gpu: { type: 'boolean', default: false },
    browser: { type: 'string', multiple: true, default: [] },
    training: { type: 'boolean', default: false },
    draws: { type: 'boolean', default: false },
    conformance: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const [seed, count] = [wholeNumber('seed', values.seed), wholeNumber('count', values.count)]

const wantedBrowsers = values.browser.map(knownBrowser)

const oracle = await startOracle()
if (!isOracle(oracle)) {
  const { missing } = oracle
  console.log(
    values.json ? JSON.stringify({ skipped: missing }) : `parity: skipped: no PyTorch here: ${missing}`,
  )
} else {
  const mode = values.conformance ? table : values.draws ? draws : configurations
  const failed = await mode(oracle)
  oracle.close()
  process.exitCode = failed > 0 ? 1 : 0
}

async function configurations(torch: Oracle): Promise<number> {
  const inBrowsers = [
    ...(await Promise.all(wantedBrowsers.map(browserEngines))).flat(),
    ...(values.gpu ? await gpuEngines() : []),
  ]
  const report = await runParity(torch, {
    seed,
    count,
    training: values.training,
    engines: [...namedEngines(), ...inBrowsers],
    onProgress: (done, bad) => progress(`${done} / ${count} configurations, ${bad} mismatches`),
  })
  for (const { engine } of inBrowsers) await engine?.close()
  progress('')
  console.log(values.json ? JSON.stringify(report, null, 2) : reportText(report))
  return report.mismatches.length
}

async function draws(torch: Oracle): Promise<number> {
  const [results, skipped]: [DrawResult[], string[]] = [[], []]
  for (const plan of drawPlans) {
    progress(`${results.length} / ${drawPlans.length} functions`)
    if (isDropout(plan) && !torch.drawsDropoutItself) skipped.push(plan.op)
    else results.push(await compareDraws(torch, plan, seed))
  }
  progress('')
  console.log(values.json ? JSON.stringify({ results, skipped }, null, 2) : drawsText(results, skipped))
  return results.filter(({ failure }) => failure !== null).length
}

async function table(torch: Oracle): Promise<number> {
  const found = await conformance(torch)
  const page = conformancePage(found)
  if (found.gaps.length > 0) console.error(found.gaps.join('\n'))
  else if (values.write) writeFileSync(new URL('../../../docs/conformance.md', import.meta.url), page)
  else console.log(page)
  return found.gaps.length
}

/** Progress on a terminal: one line that is overwritten. */
function progress(text: string): void {
  if (!values.json && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

function knownBrowser(name: string): BrowserName {
  const known = browserNames.find((each) => each === name)
  if (known) return known
  console.error(`parity: expected --browser to be one of ${browserNames.join(', ')}, got ${name}`)
  process.exit(2)
}

function wholeNumber(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  console.error(`parity: expected --${name} to be a whole number, got ${text}`)
  process.exit(2)
}
