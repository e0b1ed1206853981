import { describeCase } from '../cases/recurrentCases.ts'
import type { Pass } from '../cases/training.ts'
import { inOrder, own } from '../contenders/contenderNames.ts'
import { geometricMean } from '../measure/statistics.ts'
import { type Learned, learnedOf } from '../result/learned.ts'
import type { CaseResult } from '../result/resultFile.ts'
import { caseOf } from '../result/toResultFile.ts'
import { aligned, times } from './table.ts'

/** What the wasm engine takes for each pass, and then how the whole step compares with that of the others. */
export function trainingTables(cases: readonly CaseResult[], isSummary: boolean): string {
  const training = learnedOf(cases)
  const others = inOrder(cases.flatMap(({ results }) => results.map(({ contender }) => contender))).filter(
    (name) => name !== own,
  )
  const head = [
    'case',
    '(T, N, in, H, layers)',
    'forward',
    '+ backward',
    '+ Adam',
    'roof',
    'share of it',
    'recording',
    'in eval',
    'ns/parameter',
    ...others,
  ]
  const rows = training.map((each) => {
    const ms = (pass: Pass): string => each.of(own, pass)?.ms.toPrecision(3) ?? '-'
    const { shareOfForward, recording, recordingEval, updateNs } = each.figures
    return [
      each.name,
      describeCase(caseOf(each.sizes)),
      ms('forward'),
      ms('backward'),
      ms('step'),
      percent(each.of(own, 'forward')?.roofShare),
      shareOfForward === undefined ? '-' : shareOfForward.toFixed(2),
      times(recording),
      times(recordingEval),
      updateNs === undefined ? '-' : updateNs.toFixed(2),
      ...others.map((name) => times(stepRatio(each, name))),
    ]
  })
  const summary = (label: string, of: (ratios: readonly number[]) => number | undefined): string[] => [
    label,
    ...Array<string>(head.length - 1 - others.length).fill(''),
    ...others.map((name) => times(of(training.flatMap((each) => stepRatio(each, name) ?? [])))),
  ]
  const table = aligned([
    head,
    ...(isSummary ? [] : rows),
    ...(others.length === 0
      ? []
      : [summary('geometric mean', geometricMean), summary('least', (all) => Math.min(...all))]),
  ])
  return `Training, ${own}: ms of a forward, with backward, and a whole step; forward's share of the multiply-add roof; how much of that share forward and backward have together; a recorded forward / one that is not; Adam and packing. Others: their step / ${own}'s.\n${table}`
}

function stepRatio({ of }: Learned, name: string): number | undefined {
  return of(name, 'step')?.ratio?.median
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${(100 * share).toFixed(0)}%`
}
