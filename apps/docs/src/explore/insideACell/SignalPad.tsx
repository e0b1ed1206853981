import { useRef } from 'preact/hooks'
import type { CellTexts } from './texts.ts'
import { shown } from './worked.ts'

interface SignalPadProps {
  readonly texts: CellTexts
  /** Between -1 and 1. */
  readonly signal: Float32Array
  readonly step: number
  /** What each cell expects at each timestep but the first. */
  readonly predictions: readonly { readonly kind: string; readonly values: Float32Array }[]
  change(signal: Float32Array): void
  move(step: number): void
}

const signalLength = 24

/** Signals to begin with. */
export const signalShapes = {
  sine: (step: number) => 0.8 * Math.sin((2 * Math.PI * step) / 9),
  square: (step: number) => (step % 10 < 5 ? 0.7 : -0.7),
  pulse: (step: number) => (step === 6 ? 0.9 : 0),
} as const satisfies Record<string, (step: number) => number>

export function signalOf(shape: keyof typeof signalShapes): Float32Array {
  return Float32Array.from({ length: signalLength }, (_, step) => signalShapes[shape](step))
}

const height = 10

/** A signal to draw, with what the cells expect of it. */
export function SignalPad({ texts, signal, step, predictions, change, move }: SignalPadProps) {
  const field = useRef<HTMLDivElement>(null)
  const y = (value: number): number => ((1.1 - value) / 2.2) * height
  const path = (values: Float32Array, from: number): string =>
    Array.from(values, (value, at) => `${at === 0 ? 'M' : 'L'}${from + at + 0.5} ${y(value)}`).join('')
  const setAt = (at: number, value: number): void => {
    const next = signal.slice()
    next[at] = Math.max(-1, Math.min(1, value))
    change(next)
  }
  const draw = (event: PointerEvent): void => {
    const box = field.current?.getBoundingClientRect()
    if (!box) return
    const share = (event.clientX - box.left) / box.width
    const at = Math.max(0, Math.min(signal.length - 1, Math.floor(share * signal.length)))
    setAt(at, 1.1 - (2.2 * (event.clientY - box.top)) / box.height)
    move(at)
  }
  const key = (event: KeyboardEvent): void => {
    const way = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key]
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (way !== undefined) setAt(step, Math.round(10 * ((signal[step] ?? 0) + way)) / 10)
    else if (steps !== undefined) move(step + steps)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="pad">
      <div
        ref={field}
        class="pad-field"
        tabIndex={0}
        role="slider"
        aria-label={`${texts.signalAt}, ${texts.timestep} ${step + 1}`}
        aria-valuemin={-1}
        aria-valuemax={1}
        aria-valuenow={Math.round(100 * (signal[step] ?? 0)) / 100}
        aria-valuetext={shown(signal[step] ?? 0)}
        onKeyDown={key}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          draw(event)
        }}
        onPointerMove={(event) => event.buttons === 1 && draw(event)}
      >
        <svg viewBox={`0 0 ${signal.length} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <rect class="pad-now" x={step} y={0} width={1} height={height} />
          <line class="pad-zero" x1={0} x2={signal.length} y1={y(0)} y2={y(0)} />
          <path class="pad-signal" d={path(signal, 0)} />
          {predictions.map(({ kind, values }) => (
            <path key={kind} class={`pad-${kind}`} d={path(values, 1)} />
          ))}
        </svg>
      </div>
      <p class="hint">
        {texts.draw} {texts.predicted}{' '}
        {predictions.map(({ kind }) => (
          <span key={kind} class="pad-key">
            <svg viewBox="0 0 24 4" aria-hidden="true">
              <path class={`pad-${kind}`} d="M0 2L24 2" />
            </svg>
            {kind}
          </span>
        ))}
      </p>
    </div>
  )
}
