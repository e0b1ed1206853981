import { HeatMap } from '../HeatMap.tsx'

interface LanguageHeatProps {
  readonly title: string
  readonly hint: string
  readonly label: string
  /** Names of the languages, a row each. */
  readonly names: readonly string[]
  readonly letters: readonly string[]
  /** `(letters, languages)` */
  readonly values: Float32Array | null
  readonly most: number
  readonly high: string
  readonly row: number
  readonly column: number
  /** The number of a language at the chosen letter. */
  numberOf(row: number): string
  pick(row: number, column: number): void
}

/** A heat map of languages and letters, with the numbers of the chosen letter beside it. */
export function LanguageHeat(props: LanguageHeatProps) {
  const { names, letters, row, column } = props
  return (
    <div class="language-heat">
      <p class="language-title">
        <b>{props.title}</b>
      </p>
      <p class="hint">{props.hint}</p>
      <div class="language-grid">
        <span />
        <div class="columns" style={{ '--columns': Math.max(1, letters.length) }} aria-hidden="true">
          {letters.map((letter, at) => (
            <span key={at} data-now={at === column}>
              {letter}
            </span>
          ))}
        </div>
        <span class="language-numbers" aria-hidden="true">
          {letters[column]}
        </span>
        <div class="language-names" aria-hidden="true">
          {names.map((name, at) => (
            <span key={name} data-now={at === row}>
              {name}
            </span>
          ))}
        </div>
        <HeatMap
          rows={names.length}
          columns={letters.length}
          values={props.values}
          most={props.most}
          high={props.high}
          low="negative"
          row={row}
          column={column}
          label={props.label}
          pick={props.pick}
        />
        <div class="language-numbers">
          {names.map((name, at) => (
            <span key={name} data-now={at === row}>
              {props.values && letters.length > 0 ? props.numberOf(at) : ''}
            </span>
          ))}
        </div>
      </div>
    </div>
  )
}
