import * as Plot from '@observablehq/plot'
import { own, ownOnOneThread } from '../../contenders/contenderNames.ts'
import { geometricMean } from '../../measure/statistics.ts'
import type { CaseResult } from '../../result/resultFile.ts'
import { contendersOf } from '../contendersOf.ts'
import type { Figure, FigureOptions, Row } from '../figure.ts'
import { machineOf, placeOf, type Run } from '../runs.ts'
import { digits, dots, figureOf, plot } from './base.ts'
import type { ScalingAxis } from './scalingAxis.ts'

/** The properties that are the same along a line. */
const fixed = ['mode', 'numLayers', 'bidirectional', 'projSize', 'N', 'T', 'hiddenSize'] as const

/** Operations per second over hidden size, batch or length, where at least three cases differ in nothing else. */
export function scaling(cases: readonly CaseResult[], axis: ScalingAxis, { texts }: FigureOptions): Figure {
  const groups = new Map<string, CaseResult[]>()
  for (const each of cases) {
    if (each.streaming || each.training !== undefined || each.rows < each.T * each.N) continue
    // Cases of the grid have fewer timesteps where those take long, so T tells cases apart only on its own axis.
    const kept = fixed.filter((key) => key !== axis && (key !== 'T' || axis === 'T' || each.T === 1))
    const isSquare = each.inputSize === each.hiddenSize
    const group = [...kept.map((key) => `${key}=${each[key]}`), isSquare ? '' : `in=${each.inputSize}`].join(
      ' ',
    )
    if (axis !== 'T' || isSquare) groups.set(group, [...(groups.get(group) ?? []), each])
  }
  const rows = [...groups.values()].flatMap((members) => {
    const values = new Set(members.map((each) => each[axis]))
    const [first] = members
    if (values.size < 3 || first === undefined) return []
    const mode = first.mode.replace(/_.*/, '')
    const series = first.numLayers > 1 ? `${mode}, ${texts.layers(first.numLayers)}` : mode
    const size = axis === 'hiddenSize' ? `N ${first.N}` : `H ${first.hiddenSize}`
    return members.flatMap((each) =>
      each.results.map(({ contender, ms }) => ({
        series,
        size,
        contender,
        [axis]: each[axis],
        gflops: digits((2e-6 * each.multiplyAdds) / ms, 4),
      })),
    )
  })
  const names = contendersOf(cases).filter((name) => rows.some((row) => row.contender === name))
  const { title, note, empty, axes, y } = texts.figures.scaling
  const series = [...new Set(rows.map((row) => row.series))]
  const sizes = [...new Set(rows.map((row) => row.size))]
  return figureOf({
    id: `scaling-${axis.toLowerCase()}`,
    title: title(axes[axis]),
    note,
    empty,
    columns: [
      { key: 'series', title: texts.series },
      { key: 'size', title: texts.size },
      { key: 'contender', title: texts.contender },
      { key: axis, title: axes[axis] },
      { key: 'gflops', title: y },
    ],
    rows,
    names,
    draw: (frame) =>
      plot(frame, names, {
        height: 110 * series.length + 50,
        marginLeft: 48,
        marginRight: frame.width < 500 ? 70 : 120,
        grid: true,
        x: {
          type: 'log',
          base: 2,
          label: axes[axis],
          tickFormat: '~d',
          ticks: frame.width < 500 ? 2 : 4,
        },
        y: { type: 'log', label: y, tickFormat: '~g', ticks: 3 },
        fx: { domain: sizes, label: null },
        fy: { domain: series, label: null },
        marks: [
          Plot.frame({ stroke: frame.colours.quiet, strokeOpacity: 0.4 }),
          Plot.line(rows, {
            x: axis,
            y: 'gflops',
            z: 'contender',
            fx: 'size',
            fy: 'series',
            stroke: 'contender',
          }),
          dots(rows, { x: axis, y: 'gflops', fx: 'size', fy: 'series' }),
        ],
      }),
  })
}

/** How many times as fast as on one thread, from all runs on the same machine and runtime. */
export function scalingWithThreads(runs: readonly Run[], shown: Run, { texts }: FigureOptions): Figure {
  const like = runs.filter(
    ({ result }) =>
      machineOf(result) === machineOf(shown.result) && placeOf(result) === placeOf(shown.result),
  )
  const speeds = like.flatMap(({ result }) => {
    const threads = Number(result.environment.threads)
    return result.cases.flatMap(({ name, results }) => {
      const speed = results.find(({ contender }) => contender === ownOnOneThread)?.ratio?.median
      return speed === undefined ? [] : [{ case: name, threads, speedUp: digits(speed) }]
    })
  })
  const measured = [...new Set(speeds.map(({ threads }) => threads))]
  const rows: Row[] = measured.length === 0 ? [] : [{ case: texts.geometricMean, threads: 1, speedUp: 1 }]
  for (const threads of measured.sort((a, b) => a - b)) {
    const own = speeds.filter((speed) => speed.threads === threads)
    const mean = geometricMean(own.map(({ speedUp }) => speedUp)) ?? Number.NaN
    rows.push({ case: texts.geometricMean, threads, speedUp: digits(mean) }, ...own)
  }
  const { title, note, empty, x, y } = texts.figures.threads
  const most = Math.max(1, ...measured)
  const means = rows.filter((row) => row['case'] === texts.geometricMean)
  return figureOf({
    id: 'scaling-threads',
    title,
    note,
    empty,
    columns: [
      { key: 'case', title: texts.case },
      { key: 'threads', title: x },
      { key: 'speedUp', title: y },
    ],
    rows,
    names: [own],
    draw: (frame) =>
      plot(frame, [own], {
        height: 280,
        marginLeft: 40,
        marginRight: 20,
        grid: true,
        x: {
          label: x,
          domain: [0.8, most + 0.2],
          ticks: Array.from({ length: most }, (_, i) => i + 1),
          tickFormat: 'd',
        },
        y: { label: y, domain: [0, most + 0.2] },
        marks: [
          Plot.line(
            [
              [1, 1],
              [most, most],
            ],
            { stroke: frame.colours.quiet, strokeDasharray: '4 3' },
          ),
          Plot.line(means, {
            x: 'threads',
            y: 'speedUp',
            stroke: frame.colours.of(own),
            strokeWidth: 2,
          }),
          Plot.dot(rows, {
            x: 'threads',
            y: 'speedUp',
            stroke: frame.colours.of(own),
            channels: { case: 'case' },
            tip: true,
          }),
        ],
      }),
  })
}
