import { grid } from '@unroll/table'

/** `1.50x`; a dash for what is not there. */
export function times(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(2)}x`
}

/** Lines of aligned columns: the first `left` columns to the left, numbers to the right. */
export function aligned(rows: readonly (readonly string[])[], left = 2): string {
  const aligns = (rows[0] ?? []).map((_, column) => (column < left ? 'left' : 'right'))
  return grid(rows, { aligns }).trimEnd()
}
