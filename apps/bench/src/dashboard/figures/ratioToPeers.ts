import * as Plot from '@observablehq/plot'
import { own } from '../../contenders/contenderNames.ts'
import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { digits, plot, roomFor } from './base.ts'

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
  const { title, note, axis } = texts.figures.ratio
  return {
    id: 'ratio',
    title,
    note,
    columns: [
      { key: 'case', title: texts.case },
      { key: 'contender', title: texts.contender },
      { key: 'median', title: texts.median },
      { key: 'low', title: texts.lowerQuartile },
      { key: 'high', title: texts.upperQuartile },
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
              x: { type: 'log', label: axis, grid: true, tickFormat: (x: number) => `${x}×`, ticks: 4 },
              y: { domain: cases.map(({ name }) => name), label: null },
              marks: [
                Plot.ruleX([1], { stroke: frame.colours.of(own), strokeWidth: 2 }),
                Plot.ruleY(rows, { y: 'case', x1: 'low', x2: 'high', stroke: 'contender', strokeWidth: 2 }),
                Plot.dot(rows, {
                  x: 'median',
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
