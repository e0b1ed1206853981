import { useRef, useState } from 'preact/hooks'
import type { Stroke } from '../stroke.ts'
import type { Texts } from '../texts.ts'
import { Line } from './Line.tsx'

interface DrawingFieldProps {
  readonly texts: Texts
  /** What is in it; null while it is empty. */
  readonly stroke: Stroke | null
  /** A drawing is done: the pen was lifted. */
  draw(stroke: Stroke): void
}

/** Where the reader draws, in one line. */
export function DrawingField({ texts, stroke, draw }: DrawingFieldProps) {
  /** The line that the pen draws; null while it is up. Several points may come before one is shown. */
  const pen = useRef<number[] | null>(null)
  const [line, setLine] = useState<Stroke | null>(null)
  const field = useRef<HTMLDivElement>(null)
  const placeOf = ({ clientX, clientY }: PointerEvent): readonly [number, number] => {
    const { left, top, width } = field.current?.getBoundingClientRect() ?? { left: 0, top: 0, width: 1 }
    const within = (share: number): number => Math.min(1, Math.max(0, share))
    return [within((clientX - left) / width), within((clientY - top) / width)]
  }
  const lift = (): void => {
    pen.current = null
    setLine(null)
  }
  const shown = line ?? stroke
  return (
    <div
      ref={field}
      class="learn-field"
      role="img"
      aria-label={shown === null ? texts.drawHere : texts.yourDrawing}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        pen.current = [...placeOf(event)]
      }}
      onPointerMove={(event) => {
        if (pen.current === null) return
        pen.current.push(...placeOf(event))
        setLine([...pen.current])
      }}
      onPointerUp={() => {
        if (pen.current) draw(pen.current)
        lift()
      }}
      onPointerCancel={lift}
    >
      {shown === null ? <p class="hint">{texts.drawHere}</p> : <Line stroke={shown} />}
    </div>
  )
}
