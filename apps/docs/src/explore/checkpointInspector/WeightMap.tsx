import { useEffect, useRef, useState } from 'preact/hooks'
import { arrowOf } from '../arrows.ts'
import { mix, usePalette } from '../palette.ts'
import type { Gate } from './gatesOf.ts'
import type { HeatMap } from './lookAt.ts'
import { valueText } from './numbers.ts'
import type { Texts } from './texts.ts'

interface WeightMapProps {
  readonly heat: HeatMap
  /** Gates whose rows it shows, from top to bottom in equal parts. */
  readonly gates: readonly Gate[]
  readonly texts: Texts
}

/** A weight as colours, a pixel for each cell, stretched by CSS. A pointer or arrow keys choose one, which is read below. */
export function WeightMap({ heat, gates, texts }: WeightMapProps) {
  const { rows, columns, cells, most, rowStep, columnStep, shape } = heat
  const canvas = useRef<HTMLCanvasElement>(null)
  const palette = usePalette()
  const [[row, column], setPlace] = useState<readonly [row: number, column: number]>([0, 0])
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !palette) return
    const image = context.createImageData(columns, rows)
    for (let i = 0; i < cells.length; i++) {
      const value = cells[i] ?? 0
      // What is no number stands out.
      const colour = Number.isFinite(value)
        ? mix(palette, value / (most || 1), 'positive', 'negative')
        : palette('gate-f')
      image.data.set([...colour, 255], i * 4)
    }
    context.putImageData(image, 0, 0)
  }, [palette, cells])

  const move = (down: number, right: number): void =>
    setPlace(([y, x]) => [
      Math.max(0, Math.min(rows - 1, y + down)),
      Math.max(0, Math.min(columns - 1, x + right)),
    ])
  const steps: Readonly<Record<string, readonly [down: number, right: number]>> = {
    Home: [0, -columns],
    End: [0, columns],
    PageUp: [-16, 0],
    PageDown: [16, 0],
  }
  const point = ({ clientX, clientY }: PointerEvent): void => {
    const box = canvas.current?.getBoundingClientRect()
    if (!box) return
    const place = (share: number, count: number): number =>
      Math.max(0, Math.min(count - 1, Math.floor(share * count)))
    setPlace([
      place((clientY - box.top) / box.height, rows),
      place((clientX - box.left) / box.width, columns),
    ])
  }
  const range = (at: number, step: number, end: number): string =>
    step === 1 ? String(at) : `${at * step}–${Math.min(end, (at + 1) * step) - 1}`
  const hasBlocks = rowStep > 1 || columnStep > 1
  return (
    <figure>
      <figcaption>{texts.heat}</figcaption>
      <div class="weight-map">
        {gates.length > 0 && (
          <div class="weight-gates" aria-hidden="true">
            {gates.map((gate) => (
              <b key={gate} class={`gate-${gate}`}>
                {gate}
              </b>
            ))}
          </div>
        )}
        {/* biome-ignore lint/a11y/useSemanticElements: no field of a form */}
        <div
          class="weight-cells"
          role="group"
          aria-label={texts.heatLabel(rows, columns)}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys choose a cell
          tabIndex={0}
          onPointerDown={point}
          onPointerMove={(event) => (event.pointerType === 'mouse' || event.buttons > 0) && point(event)}
          onKeyDown={(event) => {
            const step = arrowOf(event) ?? steps[event.key]
            if (step === undefined) return
            event.preventDefault()
            move(...step)
          }}
        >
          <canvas
            ref={canvas}
            width={columns}
            height={rows}
            style={{ aspectRatio: `${columns} / ${rows}` }}
          />
          <span
            class="weight-one"
            style={{
              left: `${(100 * column) / columns}%`,
              width: `${100 / columns}%`,
              top: `${(100 * row) / rows}%`,
              height: `${100 / rows}%`,
            }}
          />
        </div>
      </div>
      <output>
        {texts.cell(
          range(row, rowStep, shape[0]),
          range(column, columnStep, shape[1]),
          valueText(cells[row * columns + column] ?? 0),
        )}
      </output>
      <p class="scale" aria-hidden="true">
        {valueText(-most)} <i class="scale-signed" /> {valueText(most)}
      </p>
      <p class="hint">
        {hasBlocks ? texts.heatBlocks(rowStep, columnStep) : texts.heatWhole}
        {gates.length > 0 && `${texts.space}${texts.heatGates}`}
      </p>
    </figure>
  )
}
