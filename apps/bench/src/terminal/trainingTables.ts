import { describeTraining } from '../cases/trainingCases.ts'
import { inOrder, own } from '../contenders/contenderNames.ts'
import { geometricMean } from '../measure/statistics.ts'
import type { TrainingCaseResult } from '../result/resultFile.ts'
import { trainingCaseOf } from '../result/toTrainingResult.ts'
import { aligned, times } from './table.ts'

/** What the wasm engine takes for each pass, and then how the whole step compares with that of the others. */
export function trainingTables(training: readonly TrainingCaseResult[], isSummary: boolean): string {
  const others = inOrder(training.flatMap(({ results }) => results.map(({ contender }) => contender))).filter(
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
    const ms = (pass: string): string => {
      const found = each.results.find(({ contender }) => contender === own)
      return found?.passes.find((one) => one.pass === pass)?.ms.toPrecision(3) ?? '-'
    }
    const forward = each.results
      .find(({ contender }) => contender === own)
      ?.passes.find(({ pass }) => pass === 'forward')
    const { shareOfForward, recording, recordingEval, updateNs } = each.figures
    return [
      each.name,
      describeTraining(trainingCaseOf(each)),
      ms('forward'),
      ms('backward'),
      ms('step'),
      percent(forward?.roofShare ?? undefined),
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

function stepRatio({ results }: TrainingCaseResult, name: string): number | undefined {
  const found = results.find(({ contender }) => contender === name)
  return found?.passes.find(({ pass }) => pass === 'step')?.ratio ?? undefined
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${(100 * share).toFixed(0)}%`
}
