import type { ComponentChildren } from 'preact'
import { HeatMap } from '../HeatMap.tsx'
import { nameOf, percent } from '../words.ts'
import { type Kind, letters, type Trace } from './cells.ts'
import { guessAt, headAt, type TrainedCell } from './models.ts'
import { type CellTexts, nameOfLetter } from './texts.ts'
import { colourOf, readingsOf, shown, worked } from './worked.ts'

/** Where the reader looks. */
interface Place {
  readonly step: number
  readonly unit: number
  readonly letter: string
}

interface CellPanelProps {
  readonly kind: Kind
  readonly texts: CellTexts
  readonly language: string
  readonly equations: Readonly<Record<string, ComponentChildren>>
  /** What the columns are: letters, or nothing to be written there. */
  readonly columns: readonly string[]
  /** Null until the weights are there. */
  readonly model: TrainedCell | null
  readonly trace: Trace | null
  readonly inputs: readonly Float32Array[]
  readonly languages: readonly string[]
  readonly place: Place
  readonly shown: boolean
  pick(kind: Kind, letter: string, unit: number | null, step: number | null): void
}

/** One cell: its equations, and under each one the numbers of all units and timesteps. */
export function CellPanel(props: CellPanelProps) {
  const { kind, texts, columns, model, trace, place, equations } = props
  const order: readonly string[] = letters[kind]
  const readings = readingsOf(kind, place.letter)
  const reads = (letter: string) => {
    const reading = readings.find((one) => one.letter === letter)
    return reading ? { column: place.step - (reading.before ? 1 : 0), whole: reading.whole } : null
  }
  const units = model?.cell.units ?? 16
  const turn = order.indexOf(place.letter)
  return (
    <section class="cell" data-shown={props.shown} aria-label={kind}>
      <p class="cell-name">
        <b>{kind}</b> {model?.accuracy != null && <small>{texts.accuracy(percent(model.accuracy))}</small>}
      </p>
      <div class="lanes">
        <InputLane {...props} reads={reads('x')} />
        {order.map((letter, index) => (
          <div class="lane" key={letter} data-lit={letter === place.letter}>
            <button
              type="button"
              class="lane-equation"
              title={nameOfLetter(texts, letter)}
              aria-pressed={letter === place.letter}
              onClick={() => props.pick(kind, letter, null, null)}
            >
              <span class="lane-name">{nameOfLetter(texts, letter)}</span>
              {equations[`${kind}${letter}`]}
            </button>
            <HeatMap
              rows={units}
              columns={columns.length}
              values={trace?.values[letter] ?? null}
              most={mostOf(trace, letter)}
              high={isGate(letter) ? colourOf(letter) : 'positive'}
              low="negative"
              until={place.step + (index <= turn ? 1 : 0)}
              row={place.unit}
              column={place.step}
              reads={reads(letter)}
              label={texts.map(`${kind} ${letter}, ${nameOfLetter(texts, letter)}`, units, columns.length)}
              pick={(unit, step) => props.pick(kind, letter, unit, step)}
            />
            <p class="worked">
              {trace && place.step < trace.steps
                ? worked(trace, letter, place.step, place.unit).map(({ text, colour }, at) => (
                    <span key={at} class={colour}>
                      {text}
                    </span>
                  ))
                : '\u00a0'}
            </p>
          </div>
        ))}
      </div>
      <p class="cell-says">{says(props) ?? '\u00a0'}</p>
    </section>
  )
}

/** What goes in, above the equations. */
function InputLane(
  props: CellPanelProps & { readonly reads: { readonly column: number; readonly whole: boolean } | null },
) {
  const { texts, columns, inputs, place, model } = props
  const size = model?.cell.inputSize ?? 6
  const values = new Float32Array(size * inputs.length)
  for (const [step, input] of inputs.entries()) values.set(input, step * size)
  return (
    <div class="lane lane-input">
      <p class="lane-label">
        <i>
          x<sub>t</sub>
        </i>{' '}
        {texts.input(size)}
      </p>
      <div class="columns" style={{ '--columns': columns.length }} aria-hidden="true">
        {columns.map((column, step) => (
          <span key={step} data-now={step === place.step}>
            {column}
          </span>
        ))}
      </div>
      <HeatMap
        rows={size}
        columns={columns.length}
        values={model ? values : null}
        most={largest(values)}
        high="positive"
        low="negative"
        row={null}
        column={place.step}
        reads={props.reads}
        label={texts.map(texts.names.x, size, columns.length)}
        pick={(_, step) => props.pick(props.kind, place.letter, null, step)}
      />
    </div>
  )
}

/** What the trained model makes of the hidden state, in words. */
function says({ model, trace, place, languages, texts, language }: CellPanelProps): string | null {
  if (model === null || trace === null || place.step >= trace.steps) return null
  if (model.embedding === null) {
    const value = headAt(model, trace, place.step)?.[0]
    return value === undefined ? null : texts.prediction(shown(value))
  }
  const guess = guessAt(model, languages, trace, place.step)
  return guess && texts.guess(nameOf(guess.language, language), percent(guess.probability))
}

function isGate(letter: string): boolean {
  return 'iforz'.includes(letter)
}

/** The number of the full colour: 1 for what stays within -1 and 1. */
function mostOf(trace: Trace | null, letter: string): number {
  const values = trace?.values[letter]
  return values && 'cau'.includes(letter) ? Math.max(1, largest(values)) : 1
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9)
}
