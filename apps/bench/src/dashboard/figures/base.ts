import * as Plot from '@observablehq/plot'
import type { Frame } from '../figure.ts'

/** Marks of contenders differ in shape, too: not everybody sees colours. */
const symbols = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye', 'times', 'plus'] as const

function symbolOf(names: readonly string[], name: string): (typeof symbols)[number] {
  return symbols[names.indexOf(name) % symbols.length] ?? 'circle'
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
    symbol: { domain: [...names], range: names.map((name) => symbolOf(names, name)) },
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
