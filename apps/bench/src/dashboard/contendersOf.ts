import { inOrder } from '../contenders/contenderNames.ts'
import type { CaseResult } from '../result/resultFile.ts'

/** Who has a result in any of the cases. */
export function contendersOf(cases: readonly CaseResult[]): string[] {
  return inOrder(cases.flatMap(({ results }) => results.map(({ contender }) => contender)))
}
