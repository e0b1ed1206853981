/** `1.50x`; a dash for what is not there. */
export function times(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(2)}x`
}

/** Columns of equal width: the first `left` to the left, numbers to the right. */
export function aligned(rows: readonly (readonly string[])[], left = 2): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, c) => (c < left ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
