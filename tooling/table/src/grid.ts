import Table from 'cli-table3'

/** Text, or text that spans columns. */
export type Cell = Table.Cell

export interface GridOptions {
  /** How each column stands. Default: left. */
  readonly aligns?: readonly ('left' | 'right')[]
  /** Characters of each column. Default: those of its widest cell. */
  readonly widths?: readonly number[]
}

/**
 * Rows of text as lines of aligned columns, without rules between them. Every line ends with a line break. The time that
 * cli-table3 takes grows with the square of the rows.
 */
export function grid(rows: readonly (readonly Cell[])[], { aligns, widths }: GridOptions = {}): string {
  if (rows.length === 0) return ''
  const table = new Table({
    ...(aligns && { colAligns: [...aligns] }),
    ...(widths && { colWidths: [...widths] }),
    chars: { ...Object.fromEntries(rules.map((name) => [name, ''])), middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(...rows.map((row) => [...row]))
  return `${table.toString().replace(/ +$/gm, '')}\n`
}

/** What cli-table3 draws between and around cells. */
const rules = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
]
