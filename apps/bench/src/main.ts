import { readFile, writeFile } from 'node:fs/promises'
import { BrowserMissingError, runInBrowser } from './browser/runInBrowser.ts'
import { describeCase } from './cases/recurrentCases.ts'
import { describeTraining } from './cases/trainingCases.ts'
import { trainingContenders } from './contenders/training/trainingContenders.ts'
import {
  compareOperations,
  libraryContenders,
  type OperationComparison,
} from './measure/compareOperations.ts'
import type { Comparison } from './measure/compareRecurrent.ts'
import { compareTraining, type TrainingComparison } from './measure/compareTraining.ts'
import type { Turn } from './measure/rounds.ts'
import { type Options, parseOptions, usage } from './options.ts'
import type { ContenderName } from './result/environment.ts'
import { describeEnvironment } from './result/environmentHere.ts'
import { parseResult, ResultFileError } from './result/resultFile.ts'
import { toResultFile } from './result/toResultFile.ts'
import { makeRoof } from './roofline/multiplyAddRoof.ts'
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
  const {
    cases,
    operations,
    training,
    contenders: names,
    threads,
    effort,
    memory,
    against,
    json,
    out,
  } = options
  // Operations run on builds of the library, so no other contender has to start for them.
  const needed = cases.length > 0 ? names : []
  const runner = await (options.browser
    ? runInBrowser(options.browser, needed, threads)
    : runInNode(needed, threads))
  const libraries = operations.length > 0 ? await libraryContenders(names, against) : []
  const { contenders: learners, missing } = await trainingContenders(
    training.length > 0 ? names : [],
    threads,
  )
  const environment = describeEnvironment({
    ...runner,
    contenders: eachOnce([...runner.contenders, ...libraries, ...learners]),
    missing: [...new Set([...runner.missing, ...missing])],
    threads,
  })
  // With --json, stdout holds nothing but the JSON.
  const say = json ? console.error : console.log
  for (const line of environmentLines(environment)) say(line)
  for (const { contender, reason } of runner.failed)
    console.error(`bench: ${contender} does not start: ${reason}`)

  const progress = new Progress(cases.length + operations.length + training.length)
  const comparisons: Comparison[] = []
  const operationComparisons: OperationComparison[] = []
  const trainingComparisons: TrainingComparison[] = []
  const onTurn = ({ round, rounds }: Turn): void => progress.round(round, rounds)
  try {
    for (const benchCase of cases) {
      progress.next(`${benchCase.name} ${describeCase(benchCase)}`)
      comparisons.push(await runner.compare(benchCase, { effort, memory, onRound: progress.round }))
    }
    for (const operation of operations) {
      progress.next(operation.name)
      operationComparisons.push(await compareOperations(operation, libraries, { effort, onTurn }))
    }
    const roof = makeRoof()
    for (const trainingCase of training) {
      progress.next(`${trainingCase.name} ${describeTraining(trainingCase)}`)
      trainingComparisons.push(await compareTraining(trainingCase, learners, { roof, effort, onTurn }))
    }
  } finally {
    progress.end()
    for (const contender of learners) await contender.close?.()
    await runner.close()
  }

  const result = toResultFile(environment, effort, comparisons, operationComparisons, trainingComparisons)
  const text = `${JSON.stringify(result, null, 2)}\n`
  if (out !== null) await writeFile(out, text)
  if (json) process.stdout.write(text)
  else console.log(`\n${resultTables(result)}`)
  const failures = [...result.cases, ...(result.operations ?? []), ...(result.training ?? [])].flatMap(
    ({ name, failed = [] }) =>
      failed.map(({ contender, reason }) => `${contender} failed in ${name}: ${reason}`),
  )
  for (const failure of failures) console.error(`bench: ${failure}`)
  if (failures.length === 0) say('\nOutputs agree.')
  return failures.length === 0 && runner.failed.length === 0 ? 0 : 1
}

/** The first contender of each name. */
function eachOnce(contenders: readonly ContenderName[]): readonly ContenderName[] {
  return contenders.filter(({ name }, at) => contenders.findIndex((each) => each.name === name) === at)
}
