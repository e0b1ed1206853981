import { describeCase, requiredCases } from './cases.ts'
import type { Comparison } from './compare.ts'
import { median } from './rounds.ts'

const own = 'wasm'
const peer = 'onnxruntime-web'

/**
 * How many times faster than the peer the wasm engine is: the median over the rounds of their ratio in each, so
 * that a slow while of the machine, which hits both, cancels. Undefined if one of them did not run.
 */
export function ratio({ results }: Comparison): number | undefined {
  const samplesOf = (name: string): readonly number[] =>
    results.find((r) => r.contender === name)?.samples ?? []
  const ownMs = samplesOf(own)
  const ratios = samplesOf(peer).map((peerMs, round) => peerMs / (ownMs[round] ?? Number.NaN))
  return ratios.length === 0 || ownMs.length === 0 ? undefined : median(ratios)
}

/** The ratios' geometric mean, in which half and double cancel; undefined without a ratio. */
export function geometricMean(comparisons: readonly Comparison[]): number | undefined {
  const logs = comparisons.map(ratio).flatMap((r) => (r === undefined ? [] : [Math.log(r)]))
  return logs.length === 0 ? undefined : Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)
}

/** ms per call of every contender and the ratio, a case a line. */
export function table(comparisons: readonly Comparison[], contenders: readonly string[]): string {
  const head = [
    'case',
    '(T, N, in, H, layers)',
    ...contenders.map((name) => `${name} ms`),
    `${peer} / ${own}`,
  ]
  const rows = comparisons.map((comparison) => [
    comparison.benchCase.name,
    describeCase(comparison.benchCase),
    ...contenders.map((name) => {
      const result = comparison.results.find((r) => r.contender === name)
      return result === undefined ? '-' : result.msPerCall.toPrecision(3)
    }),
    times(ratio(comparison)),
  ])
  const mean = [
    'geometric mean',
    ...Array<string>(contenders.length + 1).fill(''),
    times(geometricMean(comparisons)),
  ]
  return aligned([head, ...rows, mean])
}

/** Whether the wasm engine is not slower than the peer on the cases it has to win: one line. */
export function verdict(comparisons: readonly Comparison[]): string {
  const required = requiredCases.map((name) => {
    const comparison = comparisons.find((c) => c.benchCase.name === name)
    return { name, value: comparison && ratio(comparison) }
  })
  const list = (wanted: (value: number | undefined) => boolean): string =>
    required
      .filter(({ value }) => wanted(value))
      .map(({ name, value }) => (value === undefined ? name : `${name} (${times(value)})`))
      .join(' and ')
  const slower = list((value) => value !== undefined && value < 1)
  const notSlower = list((value) => value !== undefined && value >= 1)
  const missing = list((value) => value === undefined)
  return [
    slower && `${own} is SLOWER than ${peer} on ${slower}`,
    notSlower && `${own} is not slower than ${peer} on ${notSlower}`,
    missing && `not measured: ${missing}`,
  ]
    .filter(Boolean)
    .join('; ')
}

function times(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(2)}x`
}

/** Columns of equal width: the first two to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row.map((cell, c) => (c < 2 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join('  '),
    )
    .join('\n')
}
