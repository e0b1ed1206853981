const [page = ''] = Object.values(
  import.meta.glob<string>('../../../../docs/conformance.md', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
)

/** A row of PyTorch's API and its counterpart here. */
interface ConformanceRow {
  readonly pytorch: string
  readonly here: string
  readonly status: string
}

export interface ConformanceGroup {
  readonly title: string
  readonly rows: readonly ConformanceRow[]
}

/** The table that the parity runs write: docs/conformance.md. */
export const conformance: readonly ConformanceGroup[] = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title = '', ...lines] = section.split('\n')
    return { title: title.trim(), rows: lines.filter((line) => /^\| `/.test(line)).map(rowOf) }
  })
  .filter(({ rows }) => rows.length > 0)

function rowOf(line: string): ConformanceRow {
  const [, pytorch = '', here = '', status = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
  return { pytorch: bare(pytorch), here: bare(here), status: bare(status) }
}

function bare(cell: string): string {
  return cell.replaceAll('`', '').replaceAll('\\|', '|')
}

const rows = conformance.flatMap((group) => group.rows)

/** How many rows there are of each kind. */
export const counts = {
  all: rows.length,
  same: rows.filter(({ status }) => status === 'same').length,
  leftOut: rows.filter(({ status }) => status.startsWith('left out')).length,
}
