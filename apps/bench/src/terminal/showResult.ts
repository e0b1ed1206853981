import type { Environment } from '../result/environment.ts'
import { type BenchResult, ranAs } from '../result/resultFile.ts'
import { resultTables } from './resultTables.ts'

/** A line for each thing that is known. */
export function environmentLines(environment: Environment): string[] {
  return Object.entries(environment)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}: ${value}`)
}

/** Names; empty: all. */
interface Choice {
  readonly cases: readonly string[]
  readonly contenders: readonly string[]
  /** Whether to leave out what has a line for each case. */
  readonly isSummary: boolean
}

/** A recorded run as the terminal showed it, or some cases and contenders of it. Targets are shown for whole runs only. */
export function showResult(result: BenchResult, choice: Choice): string {
  const isShown = ({ contender }: { readonly contender: string }): boolean =>
    choice.contenders.length === 0 || choice.contenders.includes(contender)
  const isAsked = (name: string): boolean => choice.cases.length === 0 || choice.cases.includes(name)
  const cases = result.cases
    .filter((each) => isAsked(ranAs(each)))
    .map((each) => ({
      ...each,
      results: each.results.filter(isShown),
      absent: each.absent.filter(isShown),
      failed: each.failed?.filter(isShown),
    }))
  const operations = (result.operations ?? [])
    .filter(({ name }) => isAsked(name))
    .map((each) => ({ ...each, results: each.results.filter(isShown), failed: each.failed.filter(isShown) }))
  const isWhole = choice.cases.length === 0 && choice.contenders.length === 0
  return [
    environmentLines(result.environment).join('\n'),
    resultTables({ ...result, cases, operations, targets: isWhole ? result.targets : [] }, choice.isSummary),
  ].join('\n\n')
}
