import { writeFile } from 'node:fs/promises'
import { BrowserMissingError, runInBrowser } from './browser/runInBrowser.ts'
import { describeCase } from './cases.ts'
import { type Comparison, DisagreementError } from './compare.ts'
import { describeEnvironment } from './environment.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { Progress } from './progress.ts'
import { report } from './report.ts'
import { asResult } from './result.ts'
import { runHere } from './runner.ts'

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
    return await bench(options)
  } catch (error) {
    if (!(error instanceof BrowserMissingError)) throw error
    console.error(`bench: ${error.message}`)
    return 2
  }
}

async function bench(options: Options): Promise<number> {
  const { cases, contenders: names, threads, effort, json, out } = options
  const runner = await (options.browser
    ? runInBrowser(options.browser, names, threads)
    : runHere(names, threads))
  const environment = describeEnvironment({ ...runner, threads })
  // JSON has it too; stdout belongs to that then.
  const say = json ? console.error : console.log
  for (const [key, value] of Object.entries(environment)) if (value) say(`${key}: ${value}`)

  const progress = new Progress(cases.length)
  const comparisons: Comparison[] = []
  try {
    for (const benchCase of cases) {
      progress.next(`${benchCase.name} ${describeCase(benchCase)}`)
      comparisons.push(await runner.compare(benchCase, effort, progress.round))
    }
  } catch (error) {
    if (!(error instanceof DisagreementError)) throw error
    console.error(`\nbench: the outputs disagree: ${error.message}`)
    return 1
  } finally {
    progress.end()
    await runner.close()
  }

  const text = `${JSON.stringify(asResult(environment, effort, comparisons), null, 2)}\n`
  if (out !== null) await writeFile(out, text)
  if (json) process.stdout.write(text)
  else
    console.log(
      `\n${report(
        comparisons,
        runner.contenders.map(({ name }) => name),
      )}\n\nOutputs agree.`,
    )
  return 0
}
