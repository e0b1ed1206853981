import * as Plot from '@observablehq/plot'
import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { digits, plot, roomFor } from './base.ts'

/** Milliseconds of a call, a line a case. */
export function timePerCase(cases: readonly CaseResult[], { texts }: FigureOptions): Figure {
  const names = contendersOf(cases)
  const rows = cases.flatMap(({ name, results }) =>
    results.map(({ contender, ms }) => ({ case: name, contender, ms: digits(ms, 4) })),
  )
  const { title, note, axis } = texts.figures.time
  return {
    id: 'time',
    title,
    note,
    columns: [
      { key: 'case', title: texts.case },
      { key: 'contender', title: texts.contender },
      { key: 'ms', title: 'ms' },
    ],
    rows,
    names,
    draw:
      rows.length === 0
        ? null
        : (frame) =>
            plot(frame, names, {
              height: 60 + 22 * cases.length,
              marginLeft: roomFor(
                cases.map(({ name }) => name),
                frame.width,
              ),
              marginRight: 20,
              x: { type: 'log', label: axis, grid: true, tickFormat: '~g', ticks: frame.width < 500 ? 3 : 6 },
              y: { domain: cases.map(({ name }) => name), label: null },
              marks: [
                Plot.ruleY(
                  rows,
                  Plot.groupY({ x1: 'min', x2: 'max' }, { x: 'ms', y: 'case', stroke: frame.colours.quiet }),
                ),
                Plot.dot(rows, {
                  x: 'ms',
                  y: 'case',
                  fill: 'contender',
                  symbol: 'contender',
                  r: 4.5,
                  tip: true,
                }),
              ],
            }),
  }
}
