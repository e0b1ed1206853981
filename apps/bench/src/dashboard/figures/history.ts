import * as Plot from '@observablehq/plot'
import { own } from '../../contenders/contenderNames.ts'
import { geometricMean } from '../../measure/statistics.ts'
import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions } from '../figure.ts'
import { machineOf, placeOf, type Run } from '../runs.ts'
import { digits, dots, figureOf, plot } from './base.ts'

/**
 * Ratios to each peer over time, from the runs of one machine and runtime: geometric means over the shown cases that all these runs
 * have. Ratios are measured within a run, so runs can be compared even if the machine was faster on one day.
 */
export function history(
  cases: readonly CaseResult[],
  runs: readonly Run[],
  shown: Run,
  { texts }: FigureOptions,
): Figure {
  const like = runs
    .filter(
      ({ result }) =>
        machineOf(result) === machineOf(shown.result) &&
        placeOf(result).replace(/[.\d]+$/, '') === placeOf(shown.result).replace(/[.\d]+$/, '') &&
        result.environment.threads === shown.result.environment.threads &&
        result.cases.some(({ name }) => cases.some((each) => each.name === name)),
    )
    .sort((a, b) => a.result.environment.date.localeCompare(b.result.environment.date))
  const inAll = (name: string): boolean =>
    cases.some((each) => each.name === name) &&
    like.every(({ result }) => result.cases.some((each) => each.name === name))
  const rows = like.flatMap(({ result }) => {
    const common = result.cases.filter(({ name }) => inAll(name))
    const { date, commit } = result.environment
    return contendersOf(common)
      .filter((name) => name !== own)
      .flatMap((contender) => {
        const found = common.flatMap(
          ({ results }) => results.find((each) => each.contender === contender)?.ratio?.median ?? [],
        )
        const mean = geometricMean(found)
        return mean === undefined
          ? []
          : {
              date: date.slice(0, 16).replace('T', ' '),
              commit,
              contender,
              ratio: digits(mean),
              cases: found.length,
            }
      })
  })
  const names = [...new Set(rows.map(({ contender }) => contender))]
  const { title, note, empty, y } = texts.figures.history
  return figureOf({
    id: 'history',
    title,
    note,
    empty,
    isDrawn: like.length >= 2,
    columns: [
      { key: 'date', title: texts.date },
      { key: 'commit', title: texts.commit },
      { key: 'contender', title: texts.contender },
      { key: 'ratio', title: y },
      { key: 'cases', title: texts.cases },
    ],
    rows,
    names,
    draw: (frame) =>
      plot(frame, names, {
        height: 320,
        marginLeft: 44,
        marginRight: 20,
        grid: true,
        x: { type: 'point', label: null, domain: like.map(labelOf) },
        y: { type: 'log', label: y, tickFormat: (value: number) => `${value}×`, ticks: 4 },
        marks: [
          Plot.line(rows, { x: label, y: 'ratio', z: 'contender', stroke: 'contender' }),
          dots(rows, { x: label, y: 'ratio' }),
        ],
      }),
  })
}

const label = ({ date, commit }: { readonly date: string; readonly commit: string }): string =>
  `${date.slice(5)} ${commit}`

function labelOf({ result: { environment } }: Run): string {
  return label({ date: environment.date.slice(0, 16).replace('T', ' '), commit: environment.commit })
}
