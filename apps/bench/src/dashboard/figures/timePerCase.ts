import * as Plot from '@observablehq/plot'
import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { caseColumns, digits, dots, figureOf, plotPerCase } from './base.ts'

/** Milliseconds of a call, a line a case. */
export function timePerCase(cases: readonly CaseResult[], { texts }: FigureOptions): Figure {
  const names = contendersOf(cases)
  const rows = cases.flatMap(({ name, results }) =>
    results.map(({ contender, ms }) => ({ case: name, contender, ms: digits(ms, 4) })),
  )
  const labels = cases.map(({ name }) => name)
  const { title, note, axis } = texts.figures.time
  return figureOf({
    id: 'time',
    title,
    note,
    columns: [...caseColumns(texts), { key: 'ms', title: 'ms' }],
    rows,
    names,
    draw: (frame) =>
      plotPerCase(frame, names, labels, {
        x: { label: axis, tickFormat: '~g', ticks: frame.width < 500 ? 3 : 6 },
        marks: [
          Plot.ruleY(
            rows,
            Plot.groupY({ x1: 'min', x2: 'max' }, { x: 'ms', y: 'case', stroke: frame.colours.quiet }),
          ),
          dots(rows, { x: 'ms', y: 'case' }),
        ],
      }),
  })
}
