import * as Plot from '@observablehq/plot'
import { orderOf } from '../../contenders/contenderNames.ts'
import type { Column, Figure, Frame, Row } from '../figure.ts'
import type { Texts } from '../texts.ts'

interface FigureParts extends Omit<Figure, 'draw'> {
  /** The note where nothing is drawn; default: the note. */
  readonly empty?: string
  /** Whether to draw; default: where there are rows. */
  readonly isDrawn?: boolean
  readonly draw: NonNullable<Figure['draw']>
}

/** A figure that is drawn only where there is something to draw. */
export function figureOf({ note, empty = note, isDrawn, draw, ...parts }: FigureParts): Figure {
  return (isDrawn ?? parts.rows.length > 0) ? { ...parts, note, draw } : { ...parts, note: empty, draw: null }
}

/** The first columns of figures that have a row for each case and contender. */
export function caseColumns(texts: Texts): readonly Column[] {
  return [
    { key: 'case', title: texts.case },
    { key: 'contender', title: texts.contender },
  ]
}

/** The settings that all plots share. Scales and marks come from the caller. */
export function plot(
  { width, colours }: Frame,
  names: readonly string[],
  options: Plot.PlotOptions,
): SVGElement | HTMLElement {
  return Plot.plot({
    width,
    style: {
      background: colours.paper,
      color: colours.ink,
      fontFamily: 'system-ui, sans-serif',
      fontSize: '12px',
    },
    color: { type: 'categorical', domain: [...names], range: names.map(colours.of) },
    symbol: { domain: [...names], range: names.map(symbolOf) },
    ...options,
  })
}

/** A plot with a line for each case, its name to the left. */
export function plotPerCase(
  frame: Frame,
  names: readonly string[],
  cases: readonly string[],
  { x, marks }: Required<Pick<Plot.PlotOptions, 'x' | 'marks'>>,
): SVGElement | HTMLElement {
  return plot(frame, names, {
    height: 72 + 22 * cases.length,
    marginLeft: roomFor(cases, frame.width),
    marginRight: 20,
    // The label stands below the ticks' own.
    marginBottom: 42,
    x: { type: 'log', grid: true, labelOffset: 38, ...x },
    y: { domain: [...cases], label: null },
    marks,
  })
}

/** A dot for each row in the colour and shape of its contender, which shows its numbers to the pointer. */
export function dots(rows: readonly Row[], channels: Plot.DotOptions): Plot.Dot {
  return Plot.dot(rows, { fill: 'contender', symbol: 'contender', r: 4, tip: true, ...channels })
}

export function digits(value: number, count = 3): number {
  return Number(value.toPrecision(count))
}

/** Marks of contenders differ in shape, too: not everybody sees colours. These are all of Plot's shapes that can be filled. */
const symbols = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye'] as const

/** A contender has the same shape in every figure. */
function symbolOf(name: string): (typeof symbols)[number] {
  return symbols[orderOf(name) % symbols.length] ?? 'circle'
}

/** Room for the names of cases to the left of a plot. */
function roomFor(labels: readonly string[], width: number): number {
  const longest = Math.max(0, ...labels.map((label) => label.length))
  return Math.min(7 * longest + 12, width * 0.42)
}
