import { letters, type Trace } from './cells.ts'
import { type CellTexts, nameOfLetter } from './texts.ts'
import { colourOf, shown, valueAt } from './worked.ts'

interface NumbersTableProps {
  readonly texts: CellTexts
  readonly trace: Trace
  readonly unit: number
  readonly columns: readonly string[]
  readonly step: number
}

/** What the heat maps show of one unit, as numbers. */
export function NumbersTable({ texts, trace, unit, columns, step }: NumbersTableProps) {
  const order: readonly string[] = letters[trace.kind]
  return (
    <details class="numbers">
      <summary>{texts.table(trace.kind, unit + 1)}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section class="numbers-scroll" tabIndex={0} aria-label={texts.table(trace.kind, unit + 1)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.timestep}</th>
              {columns.map((column, at) => (
                <th key={at} scope="col" data-now={at === step}>
                  {at + 1} {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {order.map((letter) => (
              <tr key={letter}>
                <th scope="row" class={colourOf(letter)}>
                  {letter} <small>{nameOfLetter(texts, letter)}</small>
                </th>
                {columns.map((_, at) => (
                  <td key={at} data-now={at === step}>
                    {shown(valueAt(trace, letter, at, unit))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
