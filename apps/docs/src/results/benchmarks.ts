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
  /** Of a case that learns: each pass has a row. */
  readonly training?: { readonly of: string; readonly pass: string; readonly model: string }
  readonly results: readonly {
    readonly contender: string
    /** Milliseconds of a call. */
    readonly ms: number
    readonly ratio: { readonly median: number } | null
  }[]
}

const files = import.meta.glob<BenchRun>('../../../bench/results/*.json', { import: 'default', eager: true })

/** The passes of training that are shown. Each has what the one before it has, and more. */
export const shownPasses = ['forward', 'backward', 'step'] as const

/** A run of the benchmark, as a table: a row for each case, a column for each contender. */
export interface BenchTable {
  readonly id: string
  readonly learns: boolean
  readonly where: string
  readonly threads: string
  readonly date: string
  readonly commit: string
  readonly contenders: readonly string[]
  readonly rows: readonly {
    readonly name: string
    readonly size: string
    /** Milliseconds of the wasm engine; in training of each of the shown passes. */
    readonly ms: readonly string[]
    /** Time of each other contender divided by the wasm engine's, as median over the rounds; in training of whole steps. */
    readonly ratios: readonly string[]
  }[]
  /** Geometric mean of those, for each contender, and of how many cases. */
  readonly means: readonly { readonly mean: string; readonly cases: number }[]
}

/** The newest first. */
export const benchmarks: readonly BenchTable[] = Object.entries(files)
  // The grid has a hundred cases of three sizes: for programs.
  .filter(([path]) => !path.includes('grid'))
  .sort(([, a], [, b]) => b.environment.date.localeCompare(a.environment.date))
  .flatMap(([path, file]) => tablesOf(path, file))

/** The newest run on one thread that learns, and the newest that does not; undefined where there is none. */
export const [newestTraining, newest] = [true, false].map((learning) =>
  benchmarks.find(({ learns, threads }) => learns === learning && threads === '1'),
)

function tablesOf(path: string, run: BenchRun): readonly BenchTable[] {
  const calls = run.cases.filter(({ training }) => training === undefined)
  const learning = run.cases.filter(({ training }) => training !== undefined)
  return [
    ...(calls.length === 0 ? [] : [tableOf(path, run, calls)]),
    ...(learning.length === 0 ? [] : [trainingTableOf(path, run, learning)]),
  ]
}

/** A row for each case, with the times of its passes. */
function trainingTableOf(path: string, run: BenchRun, cases: readonly BenchRow[]): BenchTable {
  const steps = cases.filter(({ training }) => training?.pass === 'step')
  const table = tableOf(path, run, steps)
  const msOf = (of: string | undefined, pass: string): string => {
    const row = cases.find(({ training }) => training?.of === of && training?.pass === pass)
    return digits(row?.results.find(({ contender }) => contender === 'wasm')?.ms ?? null)
  }
  return {
    ...table,
    id: `${table.id}-learns`,
    learns: true,
    rows: table.rows.map((row, at) => ({
      ...row,
      name: steps[at]?.training?.of ?? row.name,
      size: modelOf(row.size, steps[at]?.training?.model),
      ms: shownPasses.map((pass) => msOf(steps[at]?.training?.of, pass)),
    })),
  }
}

/** The modules that learn, as their classes are called. */
function modelOf(layers: string, model: string | undefined): string {
  if (model === 'cells') return layers.replace('(', 'Cell(')
  return `${model === 'language' ? 'Embedding + ' : ''}${layers}${model === 'layers' ? '' : ' + Linear'}`
}

function tableOf(path: string, { environment }: BenchRun, cases: readonly BenchRow[]): BenchTable {
  const { browser, node, threads, cpu, date, commit } = environment
  const all = new Set(cases.flatMap(({ results }) => results.map(({ contender }) => contender)))
  const contenders = [...all].filter((name) => name !== 'wasm')
  const ratioOf = (row: BenchRow, name: string): number | null =>
    row.results.find(({ contender }) => contender === name)?.ratio?.median ?? null
  return {
    id: path.replace(/.*\/(.*)\.json/, '$1'),
    learns: false,
    where: `${browser === '' ? `Node ${node.slice(1)}` : browser}, ${cpu}${threads === '1' ? '' : `, ${threads} threads`}`,
    threads,
    date: date.slice(0, 10),
    commit,
    contenders,
    rows: cases.map((row) => ({
      name: row.name,
      size: `${row.mode}(${row.inputSize}, ${row.hiddenSize})${row.numLayers > 1 ? ` × ${row.numLayers}` : ''}, T ${row.T}, N ${row.N}`,
      ms: [digits(row.results.find(({ contender }) => contender === 'wasm')?.ms ?? null)],
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
