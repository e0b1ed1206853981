import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { caseColumns, digits, dots, figureOf, plotPerCase } from './base.ts'

const bytesOfMiB = 2 ** 20

/** The WebAssembly memory that each contender holds after a call, where it was measured. */
export function memory(cases: readonly CaseResult[], { texts }: FigureOptions): Figure {
  const rows = cases.flatMap(({ name, results }) =>
    results.flatMap(({ contender, memoryBytes }) =>
      memoryBytes === undefined ? [] : { case: name, contender, mebibytes: digits(memoryBytes / bytesOfMiB) },
    ),
  )
  const names = contendersOf(cases).filter((name) => rows.some(({ contender }) => contender === name))
  const labels = [...new Set(rows.map((row) => row.case))]
  const { title, note, empty, x } = texts.figures.memory
  return figureOf({
    id: 'memory',
    title,
    note,
    empty,
    columns: [...caseColumns(texts), { key: 'mebibytes', title: 'MiB' }],
    rows,
    names,
    draw: (frame) =>
      plotPerCase(frame, names, labels, {
        x: { label: x, tickFormat: '~g', ticks: 4 },
        marks: [dots(rows, { x: 'mebibytes', y: 'case' })],
      }),
  })
}
