interface ValueTableProps {
  /** What is in it; shown where the table is closed. */
  readonly title: string
  /** What the columns are. */
  readonly corner: string
  readonly columns: readonly string[]
  readonly rows: readonly {
    readonly name: string
    readonly colour?: string
    readonly values: readonly string[]
  }[]
  /** The chosen column. */
  readonly column: number
}

/** What heat maps show, as numbers: opened by whoever wants them. */
export function ValueTable({ title, corner, columns, rows, column }: ValueTableProps) {
  return (
    <details class="numbers">
      <summary>{title}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section class="numbers-scroll" tabIndex={0} aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{corner}</th>
              {columns.map((name, at) => (
                <th key={at} scope="col" data-now={at === column}>
                  {at + 1} {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, colour, values }) => (
              <tr key={name}>
                <th scope="row" class={colour}>
                  {name}
                </th>
                {values.map((value, at) => (
                  <td key={at} data-now={at === column}>
                    {value}
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
