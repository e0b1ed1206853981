import type { Kind } from './cells.ts'
import type { CellTexts } from './texts.ts'

interface SteeringProps {
  readonly texts: CellTexts
  readonly step: number
  readonly steps: number
  readonly unit: number
  readonly units: number
  readonly playing: boolean
  /** The timestep in words. */
  readonly timestep: string
  readonly kinds: readonly Kind[]
  readonly kind: Kind
  move(step: number): void
  turn(by: number): void
  play(): void
  chooseUnit(unit: number): void
  chooseKind(kind: Kind): void
}

/** Buttons and sliders for time, terms and units; stays in sight while the reader scrolls. */
export function Steering(props: SteeringProps) {
  const { texts, step, steps, unit, units, kinds, kind } = props
  const none = steps === 0
  return (
    <div class="steering">
      <div class="bar">
        <button type="button" class="primary" disabled={none} onClick={() => props.play()}>
          {props.playing ? texts.pause : texts.play}
        </button>
        <button
          type="button"
          class="turn"
          disabled={none}
          title={texts.previous}
          aria-label={texts.previous}
          onClick={() => props.turn(-1)}
        >
          ‹
        </button>
        <button
          type="button"
          class="turn"
          disabled={none}
          title={texts.next}
          aria-label={texts.next}
          onClick={() => props.turn(1)}
        >
          ›
        </button>
        <label class="slide">
          <span>{props.timestep}</span>
          <input
            type="range"
            min={1}
            max={Math.max(1, steps)}
            value={step + 1}
            disabled={none}
            aria-valuetext={props.timestep}
            onInput={({ currentTarget }) => props.move(currentTarget.valueAsNumber - 1)}
          />
        </label>
        <label class="slide">
          <span>
            {texts.unit} {unit + 1} / {units}
          </span>
          <input
            type="range"
            min={1}
            max={units}
            value={unit + 1}
            onInput={({ currentTarget }) => props.chooseUnit(currentTarget.valueAsNumber - 1)}
          />
        </label>
      </div>
      {kinds.length > 1 && (
        <fieldset class="choices kinds">
          <legend>{texts.cell}</legend>
          {kinds.map((of) => (
            <label key={of}>
              <input type="radio" name="kind" checked={of === kind} onChange={() => props.chooseKind(of)} />{' '}
              {of}
            </label>
          ))}
        </fieldset>
      )}
    </div>
  )
}
