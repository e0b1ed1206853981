import { percent } from '../../words.ts'
import { type Curve, type Point, pathThrough } from '../curve.ts'
import type { Texts } from '../texts.ts'

interface CurveViewProps {
  readonly curve: Curve
  readonly texts: Texts
}

/** Units of the pictures, which CSS stretches. */
const wide = 300
const high = 100
/** The curve has room for so many steps at first, and for twice as many whenever it is full. */
const firstSteps = 250
/** What the page promises, drawn as a line. */
const target = 0.95

/** Loss and accuracy over the steps, below each other. */
export function CurveView({ curve, texts }: CurveViewProps) {
  const last = curve.at(-1)
  let steps = firstSteps
  while (steps < (last?.step ?? 0)) steps *= 2
  // Room for the first loss, or a half where it is small.
  const mostLoss = Math.ceil(2 * curve.reduce((most, { loss }) => Math.max(most, loss), 1)) / 2
  return (
    <div class="learn-curves">
      <Picture
        title={texts.loss}
        value={last ? last.loss.toFixed(3) : '–'}
        label={last ? texts.lossLabel(last.loss.toFixed(3), curve[0]?.loss.toFixed(3) ?? '') : texts.noCurve}
        top={String(mostLoss)}
        colour="loss"
        points={curve}
        heightOf={({ loss }) => loss / mostLoss}
        steps={steps}
        texts={texts}
      />
      <Picture
        title={texts.accuracy}
        value={last ? percent(last.accuracy, 1) : '–'}
        label={last ? texts.accuracyLabel(percent(last.accuracy, 1)) : texts.noCurve}
        colour="accuracy"
        points={curve}
        heightOf={({ accuracy }) => accuracy}
        steps={steps}
        mark={target}
        texts={texts}
      />
    </div>
  )
}

interface PictureProps {
  readonly title: string
  readonly value: string
  readonly label: string
  /** What the upper edge stands for. Default: all. */
  readonly top?: string
  readonly colour: 'loss' | 'accuracy'
  readonly points: Curve
  /** Steps that the width stands for. */
  readonly steps: number
  /** A height to mark. */
  readonly mark?: number
  readonly texts: Texts
  /** From 0 to 1. */
  heightOf(point: Point): number
}

function Picture({ title, value, label, top, colour, points, steps, mark, texts, heightOf }: PictureProps) {
  const line = points.map((point) => [(wide * point.step) / steps, high * (1 - heightOf(point))] as const)
  return (
    <figure>
      <figcaption>
        {title} <b>{value}</b>
      </figcaption>
      <div class="learn-plot">
        <svg viewBox={`0 0 ${wide} ${high}`} preserveAspectRatio="none" role="img" aria-label={label}>
          {mark !== undefined && (
            <line class="mark" x1={0} x2={wide} y1={high * (1 - mark)} y2={high * (1 - mark)} />
          )}
          <path class={colour} d={pathThrough(line)} />
        </svg>
        <span class="learn-top">{top}</span>
        {mark !== undefined && (
          <span class="learn-mark" style={{ top: `${100 * (1 - mark)}%` }}>
            {percent(mark)}
          </span>
        )}
      </div>
      <p class="learn-steps" aria-hidden="true">
        <span>0</span>
        <span>{texts.steps(steps)}</span>
      </p>
    </figure>
  )
}
