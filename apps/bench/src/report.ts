import { type BenchCase, describeCase, gpuGrid } from './cases.ts'
import type { Comparison } from './compare.ts'
import { own } from './engines.ts'
import { gpuEngines } from './gpuEngines.ts'
import { geometricMean, median } from './statistics.ts'
import { aligned, times } from './table.ts'
import { ratio, targets } from './targets.ts'

/** Cases from which a summary by mode and batch helps. */
const many = 50

/** Everything that was found, for the terminal: tables, who took no part and why, targets. */
export function report(comparisons: readonly Comparison[], contenders: readonly string[]): string {
  const others = contenders.filter((name) => name !== own)
  const calls = comparisons.filter(({ benchCase }) => !benchCase.streaming)
  const streams = comparisons.filter(({ benchCase }) => benchCase.streaming)
  const roof = median(comparisons.map(({ roofGflops }) => roofGflops)).toPrecision(3)
  return [
    calls.length > 0 &&
      `${own}: ms a call, shares of the multiply-add roof of ${roof} GFLOP/s and of the roofline. Others: their time / ${own}'s.\n${callTable(calls, others)}`,
    calls.length >= many && groupTable(calls, others),
    ...others.filter((name) => name in gpuEngines).flatMap((name) => speedTables(calls, name)),
    streams.length > 0 &&
      `${own}: µs a timestep, share of the roofline. Others: their time / ${own}'s.\n${streamTable(streams, others)}`,
    notes(comparisons),
    targetTable(comparisons),
  ]
    .filter(Boolean)
    .join('\n\n')
}

function callTable(comparisons: readonly Comparison[], others: readonly string[]): string {
  return ratioTable(comparisons, others, ['ms', 'roof', 'roofline'], ({ ms, roofShare, rooflineShare }) => [
    ms.toPrecision(3),
    percent(roofShare),
    percent(rooflineShare),
  ])
}

/** A line for each mode and batch: of the roof the median, of ratios mean and least. */
function groupTable(comparisons: readonly Comparison[], others: readonly string[]): string {
  const groups = new Map<string, Comparison[]>()
  for (const comparison of comparisons) {
    const { spec, N } = comparison.benchCase
    const key = `${spec.mode} ${N}`
    groups.set(key, [...(groups.get(key) ?? []), comparison])
  }
  const rows = [...groups].map(([group, members]) => {
    const shares = members.flatMap(({ results }) => results.find(({ contender }) => contender === own) ?? [])
    return [
      ...group.split(' '),
      shares.length > 0 ? percent(median(shares.map(({ roofShare }) => roofShare))) : '-',
      ...others.flatMap((name) => {
        const found = members.flatMap((comparison) => ratio(comparison, name) ?? [])
        return [times(geometricMean(found)), times(found.length > 0 ? Math.min(...found) : undefined)]
      }),
    ]
  })
  const head = ['mode', 'batch', 'roof, median', ...others.flatMap((name) => [`${name}, mean`, 'least'])]
  return aligned([head, ...rows], 1)
}

/** For each mode with cases of the GPU's grid: how many times faster than the wasm engine, by batch and hidden size. */
function speedTables(comparisons: readonly Comparison[], name: string): string[] {
  const inGrid = comparisons.filter(({ benchCase }) => gpuGrid.some((each) => each.name === benchCase.name))
  const modes = [...new Set(inGrid.map(({ benchCase }) => benchCase.spec.mode))]
  return modes.map((mode) => {
    const members = inGrid.filter(({ benchCase }) => benchCase.spec.mode === mode)
    const axis = (of: (benchCase: BenchCase) => number): number[] =>
      [...new Set(members.map(({ benchCase }) => of(benchCase)))].sort((a, b) => a - b)
    const hiddenSizes = axis(({ spec }) => spec.hiddenSize)
    const rows = axis(({ N }) => N).map((N) => [
      `${N}`,
      ...hiddenSizes.map((H) => {
        const found = members.find(({ benchCase }) => benchCase.N === N && benchCase.spec.hiddenSize === H)
        const slower = found && ratio(found, name)
        return times(slower && 1 / slower)
      }),
    ])
    const head = ['batch', ...hiddenSizes.map((H) => `H ${H}`)]
    return `${mode}, ${name}: times as fast as ${own}\n${aligned([head, ...rows], 0)}`
  })
}

function streamTable(comparisons: readonly Comparison[], others: readonly string[]): string {
  return ratioTable(comparisons, others, ['p50', 'p99', 'roofline'], ({ ms, p99Ms, rooflineShare }) => [
    ...[ms, p99Ms].map((value) => (1000 * value).toPrecision(3)),
    percent(rooflineShare),
  ])
}

/** A case a line, own figures, ratios; geometric mean and least of each column of ratios below. */
function ratioTable(
  comparisons: readonly Comparison[],
  others: readonly string[],
  figureNames: readonly string[],
  figures: (result: Comparison['results'][number]) => readonly string[],
): string {
  const head = ['case', '(T, N, in, H, layers)', ...figureNames.map((name) => `${own} ${name}`), ...others]
  const rows = comparisons.map((comparison) => {
    const result = comparison.results.find(({ contender }) => contender === own)
    return [
      comparison.benchCase.name,
      describeCase(comparison.benchCase),
      ...(result ? figures(result) : figureNames.map(() => '-')),
      ...others.map((name) => times(ratio(comparison, name))),
    ]
  })
  const ratiosOf = (name: string): number[] =>
    comparisons.flatMap((comparison) => ratio(comparison, name) ?? [])
  const below = (label: string, figure: (ratios: readonly number[]) => number | undefined): string[] => [
    label,
    ...Array<string>(1 + figureNames.length).fill(''),
    ...others.map((name) => times(figure(ratiosOf(name)))),
  ]
  const least = (ratios: readonly number[]): number | undefined =>
    ratios.length === 0 ? undefined : Math.min(...ratios)
  const summary = others.length === 0 ? [] : [below('geometric mean', geometricMean), below('least', least)]
  return aligned([head, ...rows, ...summary])
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`
}

/** Who took no part where, and why: a line for each reason. */
function notes(comparisons: readonly Comparison[]): string {
  const namesOf = new Map<string, string[]>()
  for (const { benchCase, absent } of comparisons) {
    for (const { contender, reason } of absent) {
      const key = `${contender} (${reason})`
      namesOf.set(key, [...(namesOf.get(key) ?? []), benchCase.name])
    }
  }
  return [...namesOf]
    .map(([key, names]) => {
      const some =
        names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
      return `- ${key}: not in ${some}`
    })
    .join('\n')
}

function targetTable(comparisons: readonly Comparison[]): string {
  const mark = { true: 'met', false: 'NOT MET', null: '-' }
  return aligned(
    [
      ['target', '', ''],
      ...targets(comparisons).map(({ text, met, found }) => [text, mark[`${met}`], found]),
    ],
    3,
  )
}
