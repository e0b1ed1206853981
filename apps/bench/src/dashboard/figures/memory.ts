import * as Plot from '@observablehq/plot'
import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { digits, plot, roomFor } from './base.ts'

const bytesOfMiB = 2 ** 20

/** WebAssembly memory that each holds after a call, where it was measured. */
export function memory(cases: readonly CaseResult[], { texts }: FigureOptions): Figure {
  const rows = cases.flatMap(({ name, results }) =>
    results.flatMap(({ contender, memoryBytes }) =>
      memoryBytes === undefined ? [] : { case: name, contender, mebibytes: digits(memoryBytes / bytesOfMiB) },
    ),
  )
  const names = contendersOf(cases).filter((name) => rows.some(({ contender }) => contender === name))
  const labels = [...new Set(rows.map((row) => row.case))]
  const { title, note, empty, x } = texts.figures.memory
  return {
    id: 'memory',
    title,
    note: rows.length === 0 ? empty : note,
    columns: [
      { key: 'case', title: texts.case },
      { key: 'contender', title: texts.contender },
      { key: 'mebibytes', title: 'MiB' },
    ],
    rows,
    names,
    draw:
      rows.length === 0
        ? null
        : (frame) =>
            plot(frame, names, {
              height: 60 + 22 * labels.length,
              marginLeft: roomFor(labels, frame.width),
              marginRight: 20,
              x: { type: 'log', label: x, grid: true, tickFormat: '~g', ticks: 4 },
              y: { domain: labels, label: null },
              marks: [
                Plot.dot(rows, {
                  x: 'mebibytes',
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
