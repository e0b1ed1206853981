import * as Plot from '@observablehq/plot'
import { own } from '../../contenders/contenderNames.ts'
import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { caseColumns, digits, dots, figureOf, plotPerCase } from './base.ts'

/** How many times as long as the wasm engine everybody else takes: median and quartiles over the rounds. */
export function ratioToPeers(cases: readonly CaseResult[], { texts }: FigureOptions): Figure {
  const names = contendersOf(cases).filter((name) => name !== own)
  const rows = cases.flatMap(({ name, results }) =>
    results.flatMap(({ contender, ratio }) =>
      ratio === null || contender === own
        ? []
        : {
            case: name,
            contender,
            median: digits(ratio.median, 4),
            low: digits(ratio.low, 4),
            high: digits(ratio.high, 4),
          },
    ),
  )
  const labels = cases.map(({ name }) => name)
  const { title, note, axis } = texts.figures.ratio
  return figureOf({
    id: 'ratio',
    title,
    note,
    columns: [
      ...caseColumns(texts),
      { key: 'median', title: texts.median },
      { key: 'low', title: texts.lowerQuartile },
      { key: 'high', title: texts.upperQuartile },
    ],
    rows,
    names,
    draw: (frame) =>
      plotPerCase(frame, names, labels, {
        x: { label: axis, tickFormat: (x: number) => `${x}×`, ticks: 4 },
        marks: [
          Plot.ruleX([1], { stroke: frame.colours.of(own), strokeWidth: 2 }),
          Plot.ruleY(rows, { y: 'case', x1: 'low', x2: 'high', stroke: 'contender', strokeWidth: 2 }),
          dots(rows, { x: 'median', y: 'case' }),
        ],
      }),
  })
}
