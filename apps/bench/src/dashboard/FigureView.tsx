import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Colours, type Figure, toCsv } from './figure.ts'
import { saveFile } from './saveFile.ts'
import { svgText, withLegend } from './svg.ts'
import type { Texts } from './texts.ts'

interface Props {
  readonly words: Texts
  readonly figure: Figure
  readonly colours: Colours
  /** The run's id, for the names of saved files. */
  readonly runId: string
}

/** A plot with a description, its table, and buttons that save both. */
export function FigureView({ words, figure, colours, runId }: Props): VNode {
  const place = useRef<HTMLDivElement>(null)
  const width = useWidth(place)
  const { id, title, note, columns, rows, names, draw } = figure
  useEffect(() => {
    if (place.current === null || width === 0) return
    if (draw === null) {
      place.current.replaceChildren()
      return
    }
    const drawn = withLegend(draw({ width, colours }), { names, colours, width })
    drawn.setAttribute('role', 'img')
    drawn.setAttribute('aria-label', `${title}. ${note}`)
    place.current.replaceChildren(drawn)
  }, [figure, colours, width])

  const name = `${runId}-${id}`
  return (
    <figure id={`figure-${id}`}>
      <h3>{title}</h3>
      <figcaption>{note}</figcaption>
      <div class="plot" ref={place} />
      {rows.length > 0 && (
        <div class="under">
          <FigureTable words={words} figure={figure} />
          {draw !== null && (
            <button
              type="button"
              onClick={() => {
                const svg = place.current?.querySelector('svg')
                if (svg) saveFile(`${name}.svg`, 'image/svg+xml', svgText(svg))
              }}
            >
              {words.saveSvg}
            </button>
          )}
          <button type="button" onClick={() => saveFile(`${name}.csv`, 'text/csv', toCsv(columns, rows))}>
            {words.saveCsv}
          </button>
        </div>
      )}
    </figure>
  )
}

/** The table behind a plot. Its lines are made when it is opened: there may be a thousand. */
function FigureTable({ words, figure }: Pick<Props, 'words' | 'figure'>): VNode {
  const [isOpen, setOpen] = useState(false)
  const { title, columns, rows } = figure
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{words.asTable}</summary>
      {isOpen && (
        <section class="scroll" aria-label={title} tabindex={0}>
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.key} scope="col">
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  {columns.map(({ key }) => (
                    <td key={key}>{row[key]}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  )
}

/** The width of an element in px, as it changes. */
function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (place.current === null) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  return width
}
