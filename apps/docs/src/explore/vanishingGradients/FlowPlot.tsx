import type { Axis } from './axisOf.ts'
import { type Curve, type Flow, type Kind, stepsUntilVanished, threshold } from './flows.ts'
import { powerOfTen } from './shown.ts'
import type { Texts } from './texts.ts'

interface FlowPlotProps {
  readonly kind: Kind
  readonly flow: Flow
  readonly axis: Axis
  /** The chosen timestep, as steps before the last. */
  readonly back: number
  readonly texts: Texts
  choose(back: number): void
}

/** Units of the picture from top to bottom; CSS stretches it. */
const height = 100

/** The gradients of one layer over time, and what theory says of them. */
export function FlowPlot({ kind, flow, axis, back, texts, choose }: FlowPlotProps) {
  const { hidden, cell, theory } = flow
  const last = hidden.length - 1
  const y = (exponent: number): number => (height * (axis.high - exponent)) / (axis.high - axis.low)
  const yOf = (share: number): number => y(Math.log10(share))
  const path = (curve: Curve): string =>
    curve.map((share, t) => `${t === 0 ? 'M' : 'L'}${t} ${yOf(share).toFixed(2)}`).join('')
  const place = (curve: Curve, steps: number) => ({
    left: `${(100 * (last - steps)) / last}%`,
    top: `${yOf(curve[last - steps] ?? 1)}%`,
  })
  const curves = [
    { name: 'hidden', curve: hidden },
    ...(cell === null ? [] : [{ name: 'cell', curve: cell }]),
  ]
  const point = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - left) / width
    choose(last - Math.max(0, Math.min(last, Math.round(share * last))))
  }
  return (
    <figure class="flow" data-kind={kind}>
      <figcaption>
        <b>{kind}</b>
        {curves.map(({ name }) => (
          <span key={name}>
            <i class={`key-${name}`} /> {name === 'hidden' ? 'h' : 'c'}
          </span>
        ))}
        <span>
          <i class="key-theory" /> {texts.theories[kind]}
        </span>
      </figcaption>
      <div class="flow-plot" onPointerDown={point} onPointerMove={point}>
        <svg
          viewBox={`0 0 ${last} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={texts.plotLabel(kind, hidden, cell)}
        >
          {axis.ticks.map((tick) => (
            <line key={tick} class="flow-grid" x1={0} x2={last} y1={y(tick)} y2={y(tick)} />
          ))}
          <line class="flow-threshold" x1={0} x2={last} y1={yOf(threshold)} y2={yOf(threshold)} />
          <line class="flow-now" x1={last - back} x2={last - back} y1={0} y2={height} />
          <path class="flow-theory" d={path(theory)} />
          {curves.toReversed().map(({ name, curve }) => (
            <path key={name} class={`flow-${name}`} d={path(curve)} />
          ))}
        </svg>
        {axis.ticks.map((tick) => (
          <span key={tick} class="flow-tick" style={{ top: `${y(tick)}%` }} aria-hidden="true">
            {powerOfTen(tick)}
          </span>
        ))}
        {curves.map(({ name, curve }) => {
          const steps = stepsUntilVanished(curve)
          return (
            steps !== null && <i key={name} class={`flow-mark mark-${name}`} style={place(curve, steps)} />
          )
        })}
        {curves.map(({ name, curve }) => (
          <i key={name} class={`flow-dot dot-${name}`} style={place(curve, back)} />
        ))}
      </div>
      <p class="flow-time" aria-hidden="true">
        <span>{texts.first}</span>
        <span>{texts.way}</span>
        <span>{last + 1}</span>
      </p>
    </figure>
  )
}
