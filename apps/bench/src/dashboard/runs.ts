import { type BenchResult, parseResult } from '../result/resultFile.ts'
import type { Texts } from './texts.ts'

/** A result and where it came from. */
export interface Run {
  readonly id: string
  readonly source: 'recorded' | 'here' | 'file' | 'link'
  readonly result: BenchResult
}

const files: Readonly<Record<string, string>> = import.meta.glob('../../results/*.json', {
  import: 'default',
  query: '?url',
  eager: true,
})

/** The committed runs: those with most results of named cases first, then the newest, then by name. */
export async function loadRecorded(): Promise<readonly Run[]> {
  const runs = await Promise.all(
    Object.entries(files).map(async ([path, url]): Promise<Run> => {
      const response = await fetch(url)
      if (!response.ok) throw new Error(`loadRecorded: ${url}: expected a file, got ${response.status}`)
      return { id: idOf(path), source: 'recorded', result: parseResult(await response.text()) }
    }),
  )
  return runs.sort(
    (a, b) =>
      weight(b) - weight(a) ||
      b.result.environment.date.localeCompare(a.result.environment.date) ||
      a.id.localeCompare(b.id),
  )
}

/** How many results of named cases a run has. The run with most comes first. */
function weight({ result }: Run): number {
  return result.cases
    .filter(({ name, training }) => training === undefined && !/^(grid|gpu)-/.test(name))
    .reduce((sum, { results }) => sum + results.length, 0)
}

function idOf(path: string): string {
  return path.replace(/.*\/(.*)\.json$/, '$1')
}

/** The runtime of a run: `Node 24.21.0`, `Chromium 156`. */
export function placeOf({ environment: { node, browser } }: BenchResult): string {
  return browser === '' ? `Node ${node.replace(/^v/, '')}` : browser
}

/** The processor and GPU, which must be the same for times to be compared; not the number of cores, nor the system. */
export function machineOf({ environment: { cpu, contenders } }: BenchResult): string {
  const gpu = /nvidia[^,)]*|apple[^,)]*|amd radeon[^,)]*/i.exec(contenders)?.[0]
  return gpu === undefined ? cpu : `${cpu}; ${gpu}`
}

/** How a run is named in a list. */
export function nameOf({ id, source, result }: Run, words: Texts): string {
  const { date, threads } = result.environment
  const parts = [
    source === 'recorded' ? id : `${words.sources[source]}, ${date.slice(0, 16).replace('T', ' ')}`,
    placeOf(result),
    ...(threads === '1' ? [] : [`${threads} ${words.facts.threads}`]),
  ]
  return parts.join(' · ')
}
