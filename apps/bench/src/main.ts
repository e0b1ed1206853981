import { readFile, writeFile } from 'node:fs/promises'
import { BrowserMissingError, runInBrowser } from './browser/runInBrowser.ts'
import { describeCase } from './cases.ts'
import type { Comparison } from './compare.ts'
import { describeEnvironment } from './environmentHere.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { Progress } from './progress.ts'
import { report } from './report.ts'
import { asResult } from './result.ts'
import { parseResult, ResultFileError } from './resultFile.ts'
import { runHere } from './runner.ts'
import { environmentLines, showResult } from './showResult.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  let options: Options
  try {
    options = parseOptions(args)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    console.error(`bench: ${error.message}\n\n${usage}`)
    return 2
  }
  if (options.help) {
    console.log(usage)
    return 0
  }
  try {
    if (options.show !== null) {
      console.log(showResult(parseResult(await readFile(options.show, 'utf8')), options.asked))
      return 0
    }
    return await bench(options)
  } catch (error) {
    if (!(error instanceof BrowserMissingError || error instanceof ResultFileError)) throw error
    console.error(`bench: ${error.message}`)
    return 2
  }
}

async function bench(options: Options): Promise<number> {
  const { cases, contenders: names, threads, effort, memory, json, out } = options
  const runner = await (options.browser
    ? runInBrowser(options.browser, names, threads)
    : runHere(names, threads))
  const environment = describeEnvironment({ ...runner, threads })
  // JSON has it too; stdout belongs to that then.
  const say = json ? console.error : console.log
  for (const line of environmentLines(environment)) say(line)
  for (const { contender, reason } of runner.failed)
    console.error(`bench: ${contender} does not start: ${reason}`)

  const progress = new Progress(cases.length)
  const comparisons: Comparison[] = []
  try {
    for (const benchCase of cases) {
      progress.next(`${benchCase.name} ${describeCase(benchCase)}`)
      comparisons.push(await runner.compare(benchCase, { effort, memory, onRound: progress.round }))
    }
  } finally {
    progress.end()
    await runner.close()
  }

  const result = asResult(environment, effort, comparisons)
  const text = `${JSON.stringify(result, null, 2)}\n`
  if (out !== null) await writeFile(out, text)
  if (json) process.stdout.write(text)
  else console.log(`\n${report(result)}`)
  const failures = comparisons.flatMap(({ benchCase, failed }) =>
    failed.map(({ contender, reason }) => `${contender} failed in ${benchCase.name}: ${reason}`),
  )
  for (const failure of failures) console.error(`bench: ${failure}`)
  if (failures.length === 0) say('\nOutputs agree.')
  return failures.length === 0 && runner.failed.length === 0 ? 0 : 1
}
