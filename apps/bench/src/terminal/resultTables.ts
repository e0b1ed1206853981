import { describeCase, gpuGrid } from '../cases/recurrentCases.ts'
import { gpuNames, inOrder, own } from '../contenders/contenderNames.ts'
import { geometricMean, median } from '../measure/statistics.ts'
import {
  type BenchResult,
  type CaseResult,
  type ContenderResult,
  type OperationCaseResult,
  ranAs,
} from '../result/resultFile.ts'
import { caseOf } from '../result/toResultFile.ts'
import { aligned, times } from './table.ts'
import { trainingTables } from './trainingTables.ts'

/** From this many cases on a summary by mode and batch helps. */
const many = 50

/**
 * Everything that was found, for the terminal: tables, who took no part and why, targets.
 * @param isSummary whether to leave out what has a line for each case
 */
export function resultTables(
  { cases: all, operations = [], targets }: BenchResult,
  isSummary = false,
): string {
  const training = all.filter((each) => each.training !== undefined)
  const cases = all.filter((each) => each.training === undefined)
  const others = inOrder(cases.flatMap(({ results }) => results.map(({ contender }) => contender))).filter(
    (name) => name !== own,
  )
  const calls = cases.filter(({ streaming }) => !streaming)
  const streams = cases.filter(({ streaming }) => streaming)
  return [
    !isSummary &&
      calls.length > 0 &&
      `${own}: ms a call, shares of the multiply-add roof of ${roofOf(cases)} GFLOP/s and of the roofline. Others: their time / ${own}'s.\n${callTable(calls, others)}`,
    calls.length >= many && groupTable(calls, others),
    ...others.filter((name) => gpuNames.includes(name)).flatMap((name) => speedTables(calls, name)),
    !isSummary &&
      streams.length > 0 &&
      `${own}: µs a timestep, share of the roofline. Others: their time / ${own}'s.\n${streamTable(streams, others)}`,
    operations.length > 0 &&
      `${own}: µs a call. Others: their time / ${own}'s.\n${operationTable(operations, isSummary)}`,
    training.length > 0 && trainingTables(training, isSummary),
    !isSummary && notes([...all, ...operations]),
    targetTable(targets),
  ]
    .filter(Boolean)
    .join('\n\n')
}

/** How many times as long as the wasm engine a contender took; undefined if one of the two did not run. */
function ratio({ results }: CaseResult, contender: string): number | undefined {
  return results.find((result) => result.contender === contender)?.ratio?.median
}

const ownOf = ({ results }: CaseResult): ContenderResult | undefined =>
  results.find(({ contender }) => contender === own)

function callTable(cases: readonly CaseResult[], others: readonly string[]): string {
  return ratioTable(cases, others, ['ms', 'roof', 'roofline'], ({ ms, roofShare, rooflineShare }) => [
    ms.toPrecision(3),
    percent(roofShare),
    percent(rooflineShare),
  ])
}

/** A line for each mode and batch: the median share of the roof, and the mean and least ratio to each contender. */
function groupTable(cases: readonly CaseResult[], others: readonly string[]): string {
  const groups = new Map<string, CaseResult[]>()
  for (const each of cases) {
    const key = `${each.mode} ${each.N}`
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  const rows = [...groups].map(([group, members]) => {
    const shares = members.flatMap((each) => ownOf(each)?.roofShare ?? [])
    return [
      ...group.split(' '),
      shares.length > 0 ? percent(median(shares)) : '-',
      ...others.flatMap((name) => {
        const found = members.flatMap((each) => ratio(each, name) ?? [])
        return [times(geometricMean(found)), times(least(found))]
      }),
    ]
  })
  const head = ['mode', 'batch', 'roof, median', ...others.flatMap((name) => [`${name}, mean`, 'least'])]
  return aligned([head, ...rows], 1)
}

/** For each mode with cases of the GPU's grid: how many times faster than the wasm engine, by batch and hidden size. */
function speedTables(cases: readonly CaseResult[], name: string): string[] {
  const inGrid = cases.filter((each) => gpuGrid.some((known) => known.name === each.name))
  const modes = [...new Set(inGrid.map(({ mode }) => mode))]
  return modes.map((mode) => {
    const members = inGrid.filter((each) => each.mode === mode)
    const axis = (of: (each: CaseResult) => number): number[] =>
      [...new Set(members.map(of))].sort((a, b) => a - b)
    const hiddenSizes = axis(({ hiddenSize }) => hiddenSize)
    const rows = axis(({ N }) => N).map((N) => [
      `${N}`,
      ...hiddenSizes.map((H) => {
        const found = members.find((each) => each.N === N && each.hiddenSize === H)
        const slower = found && ratio(found, name)
        return times(slower && 1 / slower)
      }),
    ])
    const head = ['batch', ...hiddenSizes.map((H) => `H ${H}`)]
    return `${mode}, ${name}: times as fast as ${own}\n${aligned([head, ...rows], 0)}`
  })
}

function streamTable(cases: readonly CaseResult[], others: readonly string[]): string {
  return ratioTable(cases, others, ['p50', 'p99', 'roofline'], ({ ms, p99Ms, rooflineShare }) => [
    ...[ms, p99Ms].map((value) => (1000 * value).toPrecision(3)),
    percent(rooflineShare),
  ])
}

/** A line for each operation, and below them the geometric mean of each column. */
function operationTable(operations: readonly OperationCaseResult[], isSummary: boolean): string {
  const others = inOrder(
    operations.flatMap(({ results }) => results.map(({ contender }) => contender)),
  ).filter((name) => name !== own)
  const resultOf = ({ results }: OperationCaseResult, name: string) =>
    results.find(({ contender }) => contender === name)
  const rows = operations.map((each) => {
    const result = resultOf(each, own)
    return [
      each.name,
      result ? (1000 * result.ms).toPrecision(3) : '-',
      ...others.map((name) => times(resultOf(each, name)?.ratio)),
    ]
  })
  const means = others.map((name) =>
    times(geometricMean(operations.flatMap((each) => resultOf(each, name)?.ratio ?? []))),
  )
  const head = ['case', `${own} µs`, ...others]
  return aligned([head, ...(isSummary ? [] : rows), ['geometric mean', '', ...means]], 1)
}

/** A line for each case: own figures, then ratios. Below them the geometric mean and least of each column of ratios. */
function ratioTable(
  cases: readonly CaseResult[],
  others: readonly string[],
  figureNames: readonly string[],
  figures: (result: ContenderResult) => readonly string[],
): string {
  const head = ['case', '(T, N, in, H, layers)', ...figureNames.map((name) => `${own} ${name}`), ...others]
  const rows = cases.map((each) => {
    const result = ownOf(each)
    return [
      each.name,
      describeCase(caseOf(each)),
      ...(result ? figures(result) : figureNames.map(() => '-')),
      ...others.map((name) => times(ratio(each, name))),
    ]
  })
  const ratiosOf = (name: string): number[] => cases.flatMap((each) => ratio(each, name) ?? [])
  const below = (label: string, figure: (ratios: readonly number[]) => number | undefined): string[] => [
    label,
    ...Array<string>(1 + figureNames.length).fill(''),
    ...others.map((name) => times(figure(ratiosOf(name)))),
  ]
  const summary = others.length === 0 ? [] : [below('geometric mean', geometricMean), below('least', least)]
  return aligned([head, ...rows, ...summary])
}

function roofOf(cases: readonly CaseResult[]): string {
  return median(cases.map(({ roofGflops }) => roofGflops)).toPrecision(3)
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values)
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${(100 * share).toFixed(0)}%`
}

/** A case or an operation: what notes are made of. */
type Noted = Pick<CaseResult, 'name' | 'failed'> &
  Partial<Pick<CaseResult, 'absent' | 'training'>> & {
    readonly results: readonly { readonly contender: string; readonly difference?: number | null }[]
  }

/** Who has no result where, and why; and whose numbers are others: a line for each reason. */
function notes(cases: readonly Noted[]): string {
  const namesOf = new Map<string, Set<string>>()
  const note = (name: string, key: string): void => {
    namesOf.set(key, (namesOf.get(key) ?? new Set()).add(name))
  }
  for (const each of cases) {
    const { results, absent = [], failed = [] } = each
    const name = ranAs(each)
    for (const { contender, reason } of absent) note(name, `${contender} (${reason}): not in`)
    for (const { contender, reason } of failed) note(name, `${contender} FAILED (${reason}):`)
    for (const { contender, difference } of results)
      if (difference === null)
        note(name, `${contender} computes other equations, so only its time is compared:`)
  }
  return [...namesOf]
    .map(([key, found]) => {
      const names = [...found]
      const some =
        names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
      return `- ${key} ${some}`
    })
    .join('\n')
}

/** The targets that these cases are about. */
function targetTable(all: BenchResult['targets']): string {
  const targets = all.filter(({ met }) => met !== null)
  if (targets.length === 0) return ''
  const mark = { true: 'met', false: 'NOT MET', null: '-' }
  return aligned(
    [['target', '', ''], ...targets.map(({ text, met, found }) => [text, mark[`${met}`], found])],
    3,
  )
}
