import { parseArgs } from 'node:util'
import { isOracle, startOracle } from './oracle.ts'
import { runParity } from './parity.ts'
import { reportText } from './report.ts'

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    seed: { type: 'string', default: '0' },
    count: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
  },
})

const oracle = await startOracle()
if (!isOracle(oracle)) {
  console.log(
    values.json
      ? JSON.stringify({ skipped: oracle.missing })
      : `parity: skipped: no PyTorch here: ${oracle.missing}`,
  )
} else {
  const report = await runParity(oracle, {
    seed: Number(values.seed),
    count: Number(values.count),
    onProgress: (done, bad) => {
      if (!values.json && process.stderr.isTTY)
        process.stderr.write(`\r${done} / ${values.count}, ${bad} mismatches `)
    },
  })
  oracle.close()
  console.log(values.json ? JSON.stringify(report, null, 2) : reportText(report))
  process.exitCode = report.mismatches.length > 0 ? 1 : 0
}
