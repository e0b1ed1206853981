import { useEffect, useRef } from 'preact/hooks'
import { mix, usePalette } from './palette.ts'

interface HeatMapProps {
  readonly rows: number
  readonly columns: number
  /** `(columns, rows)`: a timestep after the other; null while there is none. */
  readonly values: Float32Array | null
  /** The value of the full colour. */
  readonly most: number
  /** Names of colours in site.css for `most` and `-most`. */
  readonly high: string
  readonly low: string
  /** Columns from here on are faint. Default: none. */
  readonly until?: number
  /** The chosen row; null where only columns are chosen. */
  readonly row: number | null
  readonly column: number
  /** What the current term reads: a column, or the chosen row of it. Default: nothing. */
  readonly reads?: { readonly column: number; readonly whole: boolean } | null
  readonly label: string
  pick(row: number, column: number): void
}

/** Numbers as colours, a pixel each, stretched by CSS. A pointer picks one; keys are for whoever holds it. */
export function HeatMap(props: HeatMapProps) {
  const { rows, columns, values, most, high, low, until = columns, row, column, reads = null } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const palette = usePalette()
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !palette || values === null || columns === 0) return
    const image = context.createImageData(columns, rows)
    for (let x = 0; x < columns; x++) {
      for (let y = 0; y < rows; y++) {
        const colour = mix(palette, (values[x * rows + y] ?? 0) / most, high, low)
        image.data.set([...colour, x < until ? 255 : 50], (y * columns + x) * 4)
      }
    }
    context.putImageData(image, 0, 0)
  }, [palette, values, rows, columns, most, high, low, until])

  const at = (event: PointerEvent): void => {
    const box = canvas.current?.getBoundingClientRect()
    if (!box || box.width === 0) return
    const place = (share: number, count: number): number =>
      Math.max(0, Math.min(count - 1, Math.floor(share * count)))
    props.pick(
      place((event.clientY - box.top) / box.height, rows),
      place((event.clientX - box.left) / box.width, columns),
    )
  }
  const box = (atRow: number, atColumn: number, height: number) => ({
    left: `${(100 * atColumn) / columns}%`,
    width: `${100 / columns}%`,
    top: `${(100 * atRow) / rows}%`,
    height: `${(100 * height) / rows}%`,
  })
  return (
    <div
      class="heat"
      style={{ '--rows': rows, '--columns': columns }}
      onPointerDown={at}
      onPointerMove={(event) => event.buttons === 1 && at(event)}
    >
      <canvas ref={canvas} width={Math.max(1, columns)} height={rows} role="img" aria-label={props.label} />
      <span class="heat-grid" />
      {columns > 0 && (
        <>
          <span class="heat-column" style={box(0, column, rows)} />
          {row !== null && (
            <span class="heat-row" style={{ top: `${(100 * row) / rows}%`, height: `${100 / rows}%` }} />
          )}
          {reads !== null && reads.column >= 0 && (
            <span
              class="heat-reads"
              style={reads.whole ? box(0, reads.column, rows) : box(row ?? 0, reads.column, 1)}
            />
          )}
          {row !== null && <span class="heat-one" style={box(row, column, 1)} />}
        </>
      )}
    </div>
  )
}
