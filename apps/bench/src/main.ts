import { readFile, writeFile } from 'node:fs/promises'
import { BrowserMissingError, runInBrowser } from './browser/runInBrowser.ts'
import { describeCase } from './cases/recurrentCases.ts'
import {
  compareOperations,
  libraryContenders,
  type OperationComparison,
} from './measure/compareOperations.ts'
import type { Comparison } from './measure/compareRecurrent.ts'
import type { Turn } from './measure/rounds.ts'
import { type Options, parseOptions, usage } from './options.ts'
import type { ContenderName } from './result/environment.ts'
import { describeEnvironment } from './result/environmentHere.ts'
import { parseResult, ResultFileError, ranAs } from './result/resultFile.ts'
import { toResultFile } from './result/toResultFile.ts'
import { runInNode } from './runInNode.ts'
import { Progress } from './terminal/progress.ts'
import { resultTables } from './terminal/resultTables.ts'
import { environmentLines, showResult } from './terminal/showResult.ts'

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
  const { cases, operations, contenders: names, threads, effort, memory, against, json, out } = options
  // Operations run on builds of the library, so no other contender has to start for them.
  const needed = cases.length > 0 ? names : []
  const runner = await (options.browser
    ? runInBrowser(options.browser, needed, threads)
    : runInNode(needed, threads))
  const libraries = operations.length > 0 ? await libraryContenders(names, against) : []
  const environment = describeEnvironment({
    ...runner,
    contenders: eachOnce([...runner.contenders, ...libraries]),
    threads,
  })
  // With --json, stdout holds nothing but the JSON.
  const say = json ? console.error : console.log
  for (const line of environmentLines(environment)) say(line)
  for (const { contender, reason } of runner.failed)
    console.error(`bench: ${contender} does not start: ${reason}`)

  const progress = new Progress(cases.length + operations.length)
  const comparisons: Comparison[] = []
  const operationComparisons: OperationComparison[] = []
  const onTurn = ({ round, rounds }: Turn): void => progress.round(round, rounds)
  try {
    for (const benchCase of cases) {
      progress.next(`${benchCase.name} ${describeCase(benchCase)}`)
      comparisons.push(...(await runner.compare(benchCase, { effort, memory, onRound: progress.round })))
    }
    for (const operation of operations) {
      progress.next(operation.name)
      operationComparisons.push(await compareOperations(operation, libraries, { effort, onTurn }))
    }
  } finally {
    progress.end()
    await runner.close()
  }

  const result = toResultFile(environment, effort, comparisons, operationComparisons)
  const text = `${JSON.stringify(result, null, 2)}\n`
  if (out !== null) await writeFile(out, text)
  if (json) process.stdout.write(text)
  else console.log(`\n${resultTables(result)}`)
  const failures = new Set(
    [...result.cases, ...(result.operations ?? [])].flatMap((each) =>
      (each.failed ?? []).map(({ contender, reason }) => `${contender} failed in ${ranAs(each)}: ${reason}`),
    ),
  )
  for (const failure of failures) console.error(`bench: ${failure}`)
  if (failures.size === 0) say('\nOutputs agree.')
  return failures.size === 0 && runner.failed.length === 0 ? 0 : 1
}

/** The first contender of each name. */
function eachOnce(contenders: readonly ContenderName[]): readonly ContenderName[] {
  return contenders.filter(({ name }, at) => contenders.findIndex((each) => each.name === name) === at)
}
