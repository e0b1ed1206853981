import * as Plot from '@observablehq/plot'
import type { Colours } from './figure.ts'
import { plot } from './figures/base.ts'

const namespace = 'http://www.w3.org/2000/svg'
const lineHeight = 20

interface Legend {
  readonly names: readonly string[]
  readonly colours: Colours
  readonly width: number
}

/** The plot with a legend above it, in one SVG, so that a saved one has it too. */
export function withLegend(drawn: SVGElement | HTMLElement, { names, colours, width }: Legend): SVGElement {
  const below = svgOf(drawn)
  const entries: { readonly name: string; readonly x: number; readonly y: number }[] = []
  let [x, y] = [10, 10]
  for (const name of names) {
    const wide = 36 + 7 * name.length
    if (x > 10 && x + wide > width) [x, y] = [10, y + lineHeight]
    entries.push({ name, x, y })
    x += wide
  }
  const above = names.length === 0 ? 0 : y + 12
  const height = Number(below.getAttribute('height')) + above
  const svg = document.createElementNS(namespace, 'svg')
  const attributes = {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    style: `background: ${colours.paper}`,
  }
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, String(value))
  if (above > 0) {
    const legend = plot({ width, colours }, names, {
      height: above,
      margin: 0,
      x: { axis: null, domain: [0, width] },
      y: { axis: null, domain: [above, 0] },
      marks: [
        Plot.dot(entries, { x: 'x', y: 'y', fill: 'name', symbol: 'name', r: 5 }),
        Plot.text(entries, { x: 'x', y: 'y', text: 'name', textAnchor: 'start', dx: 10, fill: colours.ink }),
      ],
    })
    svg.append(svgOf(legend))
  }
  below.setAttribute('y', String(above))
  svg.append(below)
  // The figure's label describes the plot as a whole. The names that Plot gives to its groups would add nothing.
  for (const part of svg.children) part.setAttribute('aria-hidden', 'true')
  return svg
}

/** A file of its own. */
export function svgText(svg: SVGElement): string {
  const copy = svg.cloneNode(true)
  if (copy instanceof SVGElement) copy.setAttribute('xmlns', namespace)
  return new XMLSerializer().serializeToString(copy)
}

function svgOf(drawn: SVGElement | HTMLElement): SVGElement {
  const svg = drawn instanceof SVGElement ? drawn : drawn.querySelector('svg')
  if (svg === null) throw new TypeError('svgOf: expected an SVG in what was drawn')
  return svg
}
