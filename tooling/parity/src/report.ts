import { kindOf, planOf } from './case.ts'
import type { DrawResult } from './draws.ts'
import type { Report } from './parity.ts'
import { pythonOf, typescriptOf } from './reproduction.ts'

/** A report for a person: mismatches with their reproductions, then the summary. */
export function reportText(report: Report): string {
  const { kinds, endings, deliberate, mismatches, engines, skippedEngines } = report
  const shown = mismatches.map(({ engine, seed, smallest, found }, index) => {
    const plan = planOf(smallest)
    return [
      `mismatch ${index + 1}: ${kindOf(smallest)} on ${engine}, from --seed ${seed} --count 1${smallest.mistake ? ` (${smallest.mistake})` : ''}`,
      ...found.map((line) => `  ${line}`),
      '',
      pythonOf(plan),
      '',
      typescriptOf(plan),
      '',
    ].join('\n')
  })
  return [
    ...shown,
    `PyTorch ${report.torch}, ${report.count} configurations from seed ${report.seed}`,
    `engines     ${engines.join(', ')}${skippedEngines.length ? `; not in this runtime: ${skippedEngines.join(', ')}` : ''}`,
    ...(report.onGpu > 0 ? [`on the gpu  ${report.onGpu} of them: modules over finite float32`] : []),
    `gradients   of ${report.ranBack}${report.twice ? `, of the second order: ${counts(report.twice)}` : ''}`,
    `modules     ${counts(kinds)}`,
    `PyTorch     ${counts(endings)}`,
    ...Object.entries(deliberate).map(([reason, count]) => `differs     ${count} on purpose: ${reason}`),
    `mismatches  ${mismatches.length}`,
  ].join('\n')
}

/** A line for each function drawn from. */
export function drawsText(results: readonly DrawResult[], skipped: readonly string[]): string {
  const lines = results.map(({ title, count, different, maxUlp, failure }) => {
    const close = different > 0 ? `, ${different} of them within ${maxUlp} ulp` : ''
    return failure === null ? `same     ${title}: ${count} values${close}` : `DIFFERS  ${title}: ${failure}`
  })
  const left = skipped.map((op) => `skipped  ${op}: PyTorch draws it through MKL on this processor`)
  const bad = results.filter(({ failure }) => failure !== null).length
  return [
    ...lines,
    ...left,
    `${results.length - bad} same, ${bad} different, ${skipped.length} skipped`,
  ].join('\n')
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
