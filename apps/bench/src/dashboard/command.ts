import { gpuGrid, grid, lengths, cases as named } from '../cases/recurrentCases.ts'
import { allTrainingCases } from '../cases/trainingCases.ts'
import { engineNames, inOrder } from '../contenders/contenderNames.ts'
import { type BenchResult, type CaseResult, ranAs } from '../result/resultFile.ts'

/** The command line that measures a run, or one case of it. */
export function commandOf({ cases, environment, effort }: BenchResult, only?: CaseResult): string {
  const chosen = only === undefined ? cases : [only]
  const names = inOrder(chosen.flatMap(({ results }) => results.map(({ contender }) => contender)))
  const engines = names.filter((name) => engineNames.includes(name))
  const peers = names.filter((name) => !engineNames.includes(name))
  return [
    programOf(environment.node),
    caseOption([...new Set(chosen.map(ranAs))]),
    `--engines ${engines.join(',') || 'wasm'}`,
    `--peers ${peers.join(',') || 'none'}`,
    environment.threads === '1' ? '' : `--threads ${environment.threads}`,
    browserOption(environment.browser),
    effort.name === 'thorough' ? '' : `--${effort.name}`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** Options of Node are given to Node itself. */
function programOf(node: string): string {
  const [, ...flags] = node.split(' ')
  return flags.length === 0 ? 'pnpm bench' : `node ${flags.join(' ')} apps/bench/src/main.ts`
}

function caseOption(names: readonly string[]): string {
  const isAll = (list: readonly { readonly name: string }[]): boolean =>
    list.length === names.length && list.every(({ name }) => names.includes(name))
  if (isAll(grid)) return '--grid'
  if (isAll(gpuGrid)) return '--gpu-grid'
  if (isAll(lengths)) return '--lengths'
  if (isAll(allTrainingCases)) return '--training'
  return isAll(named) ? '' : `--case ${names.join(',')}`
}

function browserOption(browser: string): string {
  if (browser === '') return ''
  return /firefox/i.test(browser) ? '--browser firefox' : '--browser chromium'
}
