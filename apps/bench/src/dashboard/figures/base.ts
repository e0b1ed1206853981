import * as Plot from '@observablehq/plot'
import { orderOf } from '../../contenders/contenderNames.ts'
import type { Frame } from '../figure.ts'

/** Marks of contenders differ in shape, too: not everybody sees colours. All of Plot's that can be filled. */
const symbols = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye'] as const

/** The same in every figure. */
function symbolOf(name: string): (typeof symbols)[number] {
  return symbols[orderOf(name) % symbols.length] ?? 'circle'
}

/** What all plots have alike. Scales and marks come from the caller. */
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

/** Room for the names of cases to the left of a plot. */
export function roomFor(labels: readonly string[], width: number): number {
  const longest = Math.max(0, ...labels.map((label) => label.length))
  return Math.min(7 * longest + 12, width * 0.42)
}

export function digits(value: number, count = 3): number {
  return Number(value.toPrecision(count))
}
