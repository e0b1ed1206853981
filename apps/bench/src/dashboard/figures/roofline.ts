import * as Plot from '@observablehq/plot'
import { products } from '../../cases/workload.ts'
import { median } from '../../measure/statistics.ts'
import type { CaseResult } from '../../result/resultFile.ts'
import { caseOf } from '../../result/toResultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { caseColumns, digits, dots, figureOf, plot } from './base.ts'

const bytesOfWeight = 4

/** The speed of each case over its operations per byte of weights, below two roofs: multiply-adds and caches. Not of training. */
export function roofline(all: readonly CaseResult[], { texts }: FigureOptions): Figure {
  const cases = all.filter(({ training }) => training === undefined)
  const names = contendersOf(cases)
  const rows = cases.flatMap((each) =>
    each.results.map(({ contender, ms }) => ({
      case: each.name,
      contender,
      intensity: digits(intensity(each)),
      gflops: digits((2e-6 * each.multiplyAdds) / ms, 4),
    })),
  )
  const { title, note, empty, x, y, roof: roofText, caches } = texts.figures.roofline
  const roof = cases.length === 0 ? 0 : median(cases.map(({ roofGflops }) => roofGflops))
  const deliveries = cases.flatMap(({ deliveryGBs }) => deliveryGBs ?? []).sort((a, b) => a - b)
  const slopes = [...new Set([deliveries[0], deliveries.at(-1)])].filter((slope) => slope !== undefined)
  const lowest = Math.min(...rows.map((row) => row.intensity))
  const highest = Math.max(...rows.map((row) => row.intensity))
  const speeds = [roof, ...rows.map((row) => row.gflops)]
  return figureOf({
    id: 'roofline',
    title,
    note,
    empty,
    columns: [...caseColumns(texts), { key: 'intensity', title: x }, { key: 'gflops', title: y }],
    rows,
    names,
    draw: (frame) => {
      const line = { stroke: frame.colours.ink, strokeWidth: 1.5 }
      const label = { fill: frame.colours.ink, fontSize: 11 }
      return plot(frame, names, {
        height: Math.min(440, frame.width * 0.75),
        marginLeft: 48,
        marginRight: 20,
        grid: true,
        x: { type: 'log', label: x, domain: [lowest / 1.3, highest * 1.3], tickFormat: '~g', ticks: 5 },
        y: {
          type: 'log',
          label: y,
          domain: [Math.min(...speeds) / 1.4, Math.max(...speeds) * 1.4],
          tickFormat: '~g',
          ticks: 5,
        },
        marks: [
          Plot.line(
            [
              [lowest / 1.3, roof],
              [highest * 1.3, roof],
            ],
            line,
          ),
          Plot.text([[Math.sqrt(lowest * highest), roof]], {
            text: [roofText(digits(roof))],
            dy: -8,
            ...label,
          }),
          ...slopes.flatMap((slope) => {
            const end = Math.min(highest * 1.3, roof / slope)
            return end <= lowest / 1.3
              ? []
              : [
                  Plot.line(
                    [
                      [lowest / 1.3, (lowest / 1.3) * slope],
                      [end, end * slope],
                    ],
                    { ...line, strokeDasharray: '4 3' },
                  ),
                  Plot.text([[lowest / 1.3, (lowest / 1.3) * slope]], {
                    text: [caches(digits(slope))],
                    textAnchor: 'start',
                    dx: 6,
                    dy: 14,
                    ...label,
                  }),
                ]
          }),
          dots(rows, {
            x: 'intensity',
            y: 'gflops',
            channels: { case: 'case' },
          }),
        ],
      })
    },
  })
}

/** Operations per byte of weights. Each product reads its weights once, however many rows it has. */
function intensity(result: CaseResult): number {
  let bytes = 0
  for (const { rows, weights } of products(caseOf(result))) bytes += bytesOfWeight * weights * rows.length
  return (2 * result.multiplyAdds) / bytes
}
