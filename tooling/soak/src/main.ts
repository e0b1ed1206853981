/**
 * pnpm soak [-- --seconds 600 --seed S --json]
 *
 * Random modules, sequences, streams, threads, checkpoints and faults on the wasm engine, each result compared with what
 * the reference engine computes; at the end the engine must hold nothing. Exits with 1 if anything differed or stayed.
 */
import { parseArgs } from 'node:util'
import { grid } from '@unroll/table'
import { runSoak } from './soak.ts'

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    json: { type: 'boolean', default: false },
  },
})
const [seconds, seed] = [wholeNumber('seconds', values.seconds), wholeNumber('seed', values.seed)]

const report = await runSoak({
  seconds,
  seed,
  onProgress: (operations, wrong, left) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${operations} operations, ${wrong} wrong, ${left} s left `)
  },
})
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
if (values.json) console.log(JSON.stringify(report, null, 2))
else {
  console.log(
    `soak: seed ${seed}, ${report.seconds} s, ${report.operations} operations, ${report.wrong.length} wrong`,
  )
  process.stdout.write(grid(Object.entries(report.counts).map(([name, count]) => [`  ${name}`, count])))
  console.log(`  bytes the engine held at most ${report.mostBytes}, at the end ${report.bytesLeft}`)
  for (const line of report.wrong.slice(0, 20)) console.log(`  WRONG ${line}`)
}
process.exitCode = report.wrong.length > 0 || report.bytesLeft > 0 ? 1 : 0

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  console.error(`soak: expected --${name} to be a whole number, got ${text}`)
  process.exit(2)
}
