import * as Plot from '@observablehq/plot'
import { shownQuantiles } from '../../measure/shownQuantiles.ts'
import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { caseColumns, digits, dots, figureOf, plot } from './base.ts'

/** How long the steps of a stream take: which share of them takes at most so many microseconds. */
export function latency(cases: readonly CaseResult[], { texts }: FigureOptions): Figure {
  const streams = cases.filter(({ streaming }) => streaming)
  const names = contendersOf(streams)
  const rows = streams.flatMap(({ name, results }) =>
    results.flatMap(({ contender, ms, p99Ms, quantiles }) => {
      const known = quantiles?.map((value, index) => ({ share: shownQuantiles[index] ?? 1, value })) ?? [
        { share: 0.5, value: ms },
        { share: 0.99, value: p99Ms },
      ]
      return known.map(({ share, value }) => ({
        case: name,
        contender,
        share: digits(100 * share, 4),
        us: digits(1000 * value, 4),
      }))
    }),
  )
  const series = streams.map(({ name }) => name)
  const { title, note, empty, x, y } = texts.figures.latency
  return figureOf({
    id: 'latency',
    title,
    note,
    empty,
    columns: [...caseColumns(texts), { key: 'share', title: y }, { key: 'us', title: x }],
    rows,
    names,
    draw: (frame) =>
      plot(frame, names, {
        height: 110 * series.length + 50,
        marginLeft: 44,
        marginRight: frame.width < 500 ? 90 : 120,
        grid: true,
        x: { type: 'log', label: x, tickFormat: '~g', ticks: 5 },
        y: { label: y, domain: [0, 100], ticks: 3 },
        fy: { domain: series, label: null },
        marks: [
          Plot.frame({ stroke: frame.colours.quiet, strokeOpacity: 0.4 }),
          Plot.line(rows, { x: 'us', y: 'share', z: 'contender', fy: 'case', stroke: 'contender' }),
          dots(rows, { x: 'us', y: 'share', fy: 'case' }),
        ],
      }),
  })
}
