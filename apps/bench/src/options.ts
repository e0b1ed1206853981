import { parseArgs } from 'node:util'
import { type BrowserName, browserNames } from '@unroll/browser'
import { type OperationCase, operationCases } from './cases/operationCases.ts'
import { allCases, type BenchCase, cases, gpuGrid, grid, lengths } from './cases/recurrentCases.ts'
import { allTrainingCases, isTraining } from './cases/trainingCases.ts'
import {
  gpuNames,
  inOrder,
  learners,
  own,
  ownOnOneThread,
  pagePeers,
  pagePeersOnGpu,
} from './contenders/contenderNames.ts'
import { peers } from './contenders/nodeContenders.ts'
import { engines } from './contenders/ownEngines.ts'
import { brief, type Effort, quick, thorough } from './measure/rounds.ts'

export interface Options {
  /** Recurrent layers, and models that learn. */
  readonly cases: readonly BenchCase[]
  /** Operations on tensors, and small models. */
  readonly operations: readonly OperationCase[]
  /** The folder of another checkout that takes part in operations; or null. */
  readonly against: string | null
  /** Names of the engines and peers that take part. */
  readonly contenders: readonly string[]
  /** How many threads each contender gets, if it can have several. */
  readonly threads: number
  /** The browser in whose page contenders run; null for this process. */
  readonly browser: BrowserName | null
  readonly effort: Effort
  /** Whether to measure memory, too, which only a browser can. */
  readonly memory: boolean
  /** The path of a result to show instead of measuring, or null. */
  readonly show: string | null
  /** What was asked for by name. An empty list stands for everything. */
  readonly asked: {
    readonly cases: readonly string[]
    readonly contenders: readonly string[]
    /** Show no lines of single cases. */
    readonly isSummary: boolean
  }
  readonly json: boolean
  /** Path the JSON is written to, or null. */
  readonly out: string | null
  readonly help: boolean
}

export const usage: string = `Usage: pnpm bench [--grid | --gpu-grid | --lengths | --operations | --training] [--case NAMES] [--engines NAMES] [--peers NAMES] [--threads N] [--browser NAME] [--memory] [--quick | --brief] [--json] [--out FILE]
       pnpm bench --show FILE [--summary] [--case NAMES] [--engines NAMES] [--peers NAMES]

Compares the engines of @unroll/kernels with their peers: one forward pass, float32.
  --case NAMES     only these cases, of all there are
  --grid           the grid instead of the named cases: ${grid.length} cases, LSTM, GRU, RNN x layers x batch x hidden
  --gpu-grid       ${gpuGrid.length} cases to see from where on a GPU is faster: batches of 1 to 512, hidden sizes of 64 to 2048
  --lengths        ${lengths.length} cases of 1 to 1000 timesteps
  --operations     ${operationCases.length} operations on tensors and small language models, on ${own} and reference
  --training       ${allTrainingCases.length} models that learn: forward, backward and a step of Adam; also in a page
  --against FOLDER another checkout of this repository, built: it takes part in operations as "before"
  --engines NAMES  only these of ${Object.keys(engines).join(', ')}; or with ${gpuNames.join(', ')} on a GPU
  --peers NAMES    only these of ${Object.keys(peers).join(', ')}; or none
  --threads N      N threads for everybody who can have them, and ${ownOnOneThread} beside; default 1
  --browser NAME   in a page of ${browserNames.join(' or ')} instead: these engines and ${pagePeers.join(', ')}; or with ${pagePeersOnGpu.join(', ')}
  --memory         in a browser: how much WebAssembly memory each holds, too
  --quick          shorter rounds: rough numbers in a few seconds a case
  --brief          shorter still: a second a case, too little for peers to warm up
  --json           everything as JSON on stdout
  --out FILE       the JSON into a file, the table on stdout
  --show FILE      the tables of such a file, without measuring anything
  --summary        only what is not of single cases
  --help           this text
NAMES are separated by commas. Exits with 1 if the contenders' outputs differ, with 2 if the arguments are wrong.

Cases: ${cases.map(({ name }) => name).join(', ')}
Operations: ${operationCases.map(({ name }) => name).join(', ')}
Training: ${allTrainingCases.map(({ name }) => name).join(', ')}`

/**
 * @throws RangeError for an unknown name
 * @throws TypeError for an unknown option
 */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string', multiple: true, default: [] },
      engines: { type: 'string', multiple: true },
      peers: { type: 'string', multiple: true },
      threads: { type: 'string', default: '1' },
      grid: { type: 'boolean', default: false },
      'gpu-grid': { type: 'boolean', default: false },
      lengths: { type: 'boolean', default: false },
      operations: { type: 'boolean', default: false },
      training: { type: 'boolean', default: false },
      against: { type: 'string' },
      browser: { type: 'string' },
      memory: { type: 'boolean', default: false },
      show: { type: 'string' },
      summary: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      brief: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const everyCase = [...allCases, ...allTrainingCases]
  const caseNames = split(
    'case',
    values.case,
    [...everyCase, ...operationCases].map(({ name }) => name),
  )
  const named = values.operations
    ? []
    : values.training
      ? allTrainingCases
      : values.grid
        ? grid
        : values['gpu-grid']
          ? gpuGrid
          : values.lengths
            ? lengths
            : cases
  const chosen = caseNames.length > 0 ? everyCase.filter(({ name }) => caseNames.includes(name)) : named
  const onlyLearns = chosen.length > 0 && chosen.every(isTraining)
  const someLearn = chosen.some(isTraining)
  /** Who takes part if nobody is named: those who have something to do. */
  const busy = (names: readonly string[]): readonly string[] =>
    names.filter((name) => (onlyLearns ? learners.includes(name) : someLearn || name !== 'brainjs'))
  const browser = browserNames.find((name) => name === values.browser) ?? null
  if (values.browser !== undefined && browser === null) {
    throw new RangeError(`--browser: expected one of ${browserNames.join(', ')}, got ${values.browser}`)
  }
  const engineNames = split('engines', values.engines ?? busy(Object.keys(engines)), [
    ...Object.keys(engines),
    ...gpuNames,
  ])
  const isShown = values.show !== undefined
  const known = browser
    ? [...pagePeers, ...pagePeersOnGpu]
    : [...Object.keys(peers), ...(isShown ? pagePeersOnGpu : [])]
  const peerNames = split('peers', values.peers ?? busy(browser ? pagePeers : Object.keys(peers)), [
    ...known,
    'none',
  ]).filter((name) => name !== 'none')
  if (!engineNames.includes(own)) {
    throw new RangeError(`--engines: expected ${own} among them, which all others are compared with`)
  }
  if (values.memory && browser === null) {
    throw new RangeError('--memory: expected --browser beside it; memory is measured in a page')
  }
  const threads = Number(values.threads)
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new RangeError(`--threads: expected a whole number from 1 to 64, got ${values.threads}`)
  }
  const operations =
    caseNames.length > 0
      ? operationCases.filter(({ name }) => caseNames.includes(name))
      : values.operations
        ? operationCases
        : []
  if (operations.length > 0 && browser !== null) {
    throw new RangeError('--browser: expected no operations beside it; they run in Node only')
  }
  if (operations.length === 0 && values.against !== undefined) {
    throw new RangeError('--against: expected --operations beside it, or some of them in --case')
  }
  return {
    cases: chosen,
    operations,
    against: values.against ?? null,
    contenders: [...engineNames.filter((name) => name !== ownOnOneThread || threads > 1), ...peerNames],
    asked: {
      cases: caseNames,
      isSummary: values.summary,
      contenders:
        values.engines === undefined && values.peers === undefined
          ? []
          : inOrder([...engineNames, ...peerNames]),
    },
    memory: values.memory,
    show: values.show ?? null,
    threads,
    browser,
    effort: values.brief ? brief : values.quick ? quick : thorough,
    json: values.json,
    out: values.out ?? null,
    help: values.help,
  }
}

/** Names, given in several options or with commas. */
function split(option: string, given: readonly string[], known: readonly string[]): string[] {
  const names = given.flatMap((value) => value.split(','))
  for (const name of names) {
    if (known.includes(name)) continue
    const choices = known.length > 10 ? 'one of the cases below or of the grid' : `one of ${known.join(', ')}`
    throw new RangeError(`--${option}: expected ${choices}, got ${name}`)
  }
  return names
}
