import { own } from '../contenders/contenderNames.ts'
import { median } from '../measure/statistics.ts'
import type { BenchResult } from '../result/resultFile.ts'

/**
 * A picture of how much of the roof each case of a run reaches, as the text of an SVG file.
 *
 * Each case has a line: a bar for the share it reaches, and a mark for its roofline. Cases without a roofline are left out.
 */
export function rooflinePicture({ cases, environment }: BenchResult): string {
  const lines = cases.flatMap(({ name, results }) => {
    const found = results.find(({ contender }) => contender === own)
    if (found?.rooflineShare === undefined) return []
    return [{ name, share: found.roofShare, limit: found.roofShare / found.rooflineShare }]
  })
  const [left, top, lineHeight, width] = [130, 76, 18, 520]
  const height = top + lines.length * lineHeight
  const x = (share: number): number => Math.round(left + share * width)
  const y = (index: number): number => top + index * lineHeight
  const roof = median(cases.map(({ roofGflops }) => roofGflops)).toFixed(0)
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (share) =>
      `<path d="M${x(share)} ${top - 6}V${height}" stroke="#ddd"/>` +
      `<text x="${x(share)}" y="${top - 12}" text-anchor="middle">${Math.round(100 * share)}%</text>`,
  )
  const bars = lines.map(
    ({ name, share, limit }, index) =>
      `<text x="${left - 8}" y="${y(index) + 10}" text-anchor="end">${name}</text>` +
      `<rect x="${left}" y="${y(index)}" width="${x(share) - left}" height="12" fill="#4c78a8"/>` +
      `<path d="M${x(limit)} ${y(index) - 2}v16" stroke="#d1372f" stroke-width="3"/>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 30} ${height + 12}" font-family="sans-serif" font-size="11" fill="#222">
<title>Share of the multiply-add roof that each case reaches, and where its roofline is</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${left}" y="18" font-size="13">Share of the multiply-add roof (${roof} GFLOP/s, ${environment.cpu})</text>
<rect x="${left}" y="29" width="24" height="10" fill="#4c78a8"/><text x="${left + 30}" y="38">reached</text>
<path d="M${left + 100} 26v16" stroke="#d1372f" stroke-width="3"/><text x="${left + 108}" y="38">the roofline: what multiply-adds and caches allow</text>
${grid.join('\n')}
${bars.join('\n')}
</svg>
`
}
