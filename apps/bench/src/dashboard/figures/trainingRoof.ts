import * as Plot from '@observablehq/plot'
import { learnedOf } from '../../result/learned.ts'
import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { caseColumns, digits, dots, figureOf, plotPerCase } from './base.ts'

/** Shares of the roof in training: of forward alone, and of forward and backward together. */
export function trainingRoof(cases: readonly CaseResult[], { texts }: FigureOptions): Figure {
  const rows = learnedOf(cases).flatMap(({ name, of }) =>
    contendersOf(cases).flatMap((contender) => {
      const [forward, both] = [of(contender, 'forward'), of(contender, 'backward')]
      if (forward === undefined || both === undefined) return []
      return {
        case: name,
        contender,
        forward: digits(100 * forward.roofShare),
        both: digits(100 * both.roofShare),
      }
    }),
  )
  const names = contendersOf(cases).filter((name) => rows.some(({ contender }) => contender === name))
  const labels = [...new Set(rows.map((row) => row.case))]
  const { title, note, empty, axis } = texts.figures.trainingRoof
  return figureOf({
    id: 'training-roof',
    title,
    note,
    empty,
    columns: [
      ...caseColumns(texts),
      { key: 'forward', title: `${texts.passes.forward}, %` },
      { key: 'both', title: `${texts.passes.backward}, %` },
    ],
    rows,
    names,
    draw: (frame) =>
      plotPerCase(frame, names, labels, {
        x: { label: axis, tickFormat: (x: number) => `${x} %`, ticks: 4 },
        marks: [
          Plot.link(rows, { y: 'case', x1: 'forward', x2: 'both', stroke: 'contender', strokeWidth: 2 }),
          Plot.tickX(rows, { x: 'forward', y: 'case', stroke: 'contender', strokeWidth: 2, inset: 4 }),
          dots(rows, { x: 'both', y: 'case' }),
        ],
      }),
  })
}
