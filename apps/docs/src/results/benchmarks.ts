/** What the site shows of a file of apps/bench/results; the file has more. */
export interface BenchRun {
  readonly environment: {
    readonly date: string
    readonly commit: string
    readonly node: string
    readonly browser: string
    readonly cpu: string
    readonly contenders: string
    readonly threads: string
  }
  readonly cases: readonly BenchRow[]
}

export interface BenchRow {
  readonly name: string
  readonly T: number
  readonly N: number
  /** Timesteps of all sequences together. */
  readonly rows: number
  readonly mode: string
  readonly inputSize: number
  readonly hiddenSize: number
  readonly numLayers: number
  readonly bidirectional: boolean
  readonly results: readonly {
    readonly contender: string
    /** Milliseconds of a call. */
    readonly ms: number
    readonly ratio: { readonly median: number } | null
  }[]
}

const files = import.meta.glob<BenchRun>('../../../bench/results/*.json', { import: 'default', eager: true })

/** A run of the benchmark, as a table: a row for each case, a column for each contender. */
export interface BenchTable {
  readonly id: string
  readonly where: string
  readonly date: string
  readonly commit: string
  readonly contenders: readonly string[]
  readonly rows: readonly {
    readonly name: string
    readonly size: string
    /** Milliseconds of the wasm engine. */
    readonly ms: string
    /** Time of each other contender divided by the wasm engine's, as median over the rounds. */
    readonly ratios: readonly string[]
  }[]
  /** Geometric mean of those, for each contender, and of how many cases. */
  readonly means: readonly { readonly mean: string; readonly cases: number }[]
}

export const benchmarks: readonly BenchTable[] = Object.entries(files)
  // The grid has a hundred cases of three sizes: for programs.
  .filter(([path]) => !path.includes('grid'))
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([path, file]) => tableOf(path, file))

function tableOf(path: string, { environment, cases }: BenchRun): BenchTable {
  const { browser, node, threads, cpu, date, commit } = environment
  const all = new Set(cases.flatMap(({ results }) => results.map(({ contender }) => contender)))
  const contenders = [...all].filter((name) => name !== 'wasm')
  const ratioOf = (row: BenchRow, name: string): number | null =>
    row.results.find(({ contender }) => contender === name)?.ratio?.median ?? null
  return {
    id: path.replace(/.*\/(.*)\.json/, '$1'),
    where: `${browser === '' ? `Node ${node.slice(1)}` : browser}, ${cpu}${threads === '1' ? '' : `, ${threads} threads`}`,
    date: date.slice(0, 10),
    commit,
    contenders,
    rows: cases.map((row) => ({
      name: row.name,
      size: `${row.mode}(${row.inputSize}, ${row.hiddenSize})${row.numLayers > 1 ? ` × ${row.numLayers}` : ''}, T ${row.T}, N ${row.N}`,
      ms: digits(row.results.find(({ contender }) => contender === 'wasm')?.ms ?? null),
      ratios: contenders.map((name) => digits(ratioOf(row, name))),
    })),
    means: contenders.map((name) => {
      const found = cases.map((row) => ratioOf(row, name)).filter((ratio) => ratio !== null)
      const mean = Math.exp(found.reduce((sum, ratio) => sum + Math.log(ratio), 0) / found.length)
      return { mean: digits(mean), cases: found.length }
    }),
  }
}

function digits(value: number | null): string {
  return value === null ? '' : Number(value.toPrecision(3)).toString()
}
