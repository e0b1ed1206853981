import { useEffect, useRef } from 'preact/hooks'
import { mix, type Palette, usePalette } from '../palette.ts'
import { type Heard, momentSamples } from './messages.ts'
import type { Texts } from './texts.ts'

interface PicturesProps {
  /** Null before anything was heard. */
  readonly heard: Heard | null
  readonly units: number
  readonly texts: Texts
}

/** Pixels of the drawings, which CSS fits to their places. */
const wide = 1024
const high = 320
const square = 480

/** A moment of the sound: its wave, its hidden state below it, and what comes out of what goes in. */
export function Pictures({ heard, units, texts }: PicturesProps) {
  const palette = usePalette()
  const wave = useCanvas(palette, heard, drawWave)
  const curve = useCanvas(palette, heard, drawCurve)
  const hidden = useCanvas(palette, heard, drawHidden)
  const peak = (values?: Float32Array): string =>
    (values?.reduce((most, value) => Math.max(most, Math.abs(value)), 0) ?? 0).toFixed(2)
  return (
    <div class="panel-part hear-pictures">
      <figure>
        <figcaption>
          {texts.wave} <i class="line-input" /> {texts.legendInput} <i class="line-output" />{' '}
          {texts.legendOutput}
        </figcaption>
        <canvas
          ref={wave}
          width={wide}
          height={high}
          role="img"
          aria-label={texts.waveLabel(peak(heard?.input), peak(heard?.output))}
        />
      </figure>
      <figure class="hear-curve">
        <figcaption>{texts.curve}</figcaption>
        <canvas ref={curve} width={square} height={square} role="img" aria-label={texts.curveLabel} />
      </figure>
      <figure>
        <figcaption>
          {texts.hidden(units)} <i class="box-negative" /> {texts.legendNegative} <i class="box-positive" />{' '}
          {texts.legendPositive}
        </figcaption>
        <canvas
          ref={hidden}
          class="hear-hidden"
          width={momentSamples}
          height={units}
          role="img"
          aria-label={texts.hiddenLabel(units)}
        />
      </figure>
    </div>
  )
}

type Draw = (context: CanvasRenderingContext2D, palette: Palette, heard: Heard | null) => void

/** A canvas that is drawn anew with each moment. */
function useCanvas(palette: Palette | null, heard: Heard | null, draw: Draw) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context && palette) draw(context, palette, heard)
  }, [palette, heard])
  return canvas
}

function drawWave(context: CanvasRenderingContext2D, palette: Palette, heard: Heard | null): void {
  clear(context)
  const at = (value: number): number => high / 2 - value * (high / 2)
  stroke(context, palette, 'neutral', 2, [0, wide], [at(0), at(0)])
  if (heard === null) return
  const across = Array.from(heard.input, (_, i) => (i / (heard.input.length - 1)) * wide)
  stroke(context, palette, 'state-h', 3, across, Array.from(heard.input, at))
  stroke(context, palette, 'state-c', 5, across, Array.from(heard.output, at))
}

function drawCurve(context: CanvasRenderingContext2D, palette: Palette, heard: Heard | null): void {
  clear(context)
  const across = (value: number): number => square / 2 + value * (square / 2)
  const up = (value: number): number => square / 2 - value * (square / 2)
  stroke(context, palette, 'neutral', 2, [0, square], [square / 2, square / 2])
  stroke(context, palette, 'neutral', 2, [square / 2, square / 2], [0, square])
  stroke(context, palette, 'neutral', 2, [0, square], [square, 0])
  if (heard === null) return
  stroke(context, palette, 'state-c', 3, Array.from(heard.input, across), Array.from(heard.output, up))
}

function drawHidden(context: CanvasRenderingContext2D, palette: Palette, heard: Heard | null): void {
  clear(context)
  if (heard === null) return
  const units = heard.hidden.length / momentSamples
  const image = context.createImageData(momentSamples, units)
  for (let sample = 0; sample < momentSamples; sample++) {
    for (let unit = 0; unit < units; unit++) {
      const colour = mix(palette, heard.hidden[sample * units + unit] ?? 0, 'positive', 'negative')
      image.data.set([...colour, 255], (unit * momentSamples + sample) * 4)
    }
  }
  context.putImageData(image, 0, 0)
}

function clear(context: CanvasRenderingContext2D): void {
  context.clearRect(0, 0, context.canvas.width, context.canvas.height)
}

function stroke(
  context: CanvasRenderingContext2D,
  palette: Palette,
  colour: string,
  width: number,
  across: readonly number[],
  down: readonly number[],
): void {
  context.strokeStyle = `rgb(${palette(colour).join(' ')})`
  context.lineWidth = width
  context.lineJoin = 'round'
  context.beginPath()
  across.forEach((x, i) => {
    context.lineTo(x, down[i] ?? 0)
  })
  context.stroke()
}
