import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { HostEngine } from '@unroll/torch'
import * as library from '@unroll/torch'
import { describeEnvironment } from '../environmentHere.ts'
import { quick, thorough, timeRounds, timer } from '../rounds.ts'
import { geometricMean, median, quotients } from '../statistics.ts'
import { aligned, times } from '../table.ts'
import { type Library, type OperationCase, operationCases } from './cases.ts'

const usage = `Usage: node src/operations/main.ts [--case NAMES] [--against FOLDER] [--quick]

Times what a model does around its recurrent layers, and whole small models, on the wasm engine and the reference engine.
  --case NAMES      only these cases, separated by commas
  --against FOLDER  another checkout of this repository, built: it takes part as "before"
  --quick           shorter rounds

Cases: ${operationCases.map(({ name }) => name).join(', ')}`

/** A build of the library on one of its engines. */
interface Contender {
  readonly name: string
  readonly variant: string
  readonly library: Library
  readonly engine: HostEngine
}

/** As in src/compare.ts. */
const tolerance = 1e-4

process.exitCode = await main()

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      case: { type: 'string' },
      against: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const names = values.case?.split(',') ?? operationCases.map(({ name }) => name)
  const cases = operationCases.filter(({ name }) => names.includes(name))
  if (values.help || cases.length < names.length) {
    console.log(usage)
    return values.help ? 0 : 2
  }
  const contenders = [contender('wasm', library), contender('reference', library)]
  if (values.against !== undefined) contenders.push(contender('before', await libraryAt(values.against)))
  const environment = describeEnvironment({ contenders, missing: [], threads: 1 })
  for (const [key, value] of Object.entries(environment)) if (value) console.log(`${key}: ${value}`)

  const rows: string[][] = []
  const ratios = contenders.slice(1).map((): number[] => [])
  for (const each of cases) {
    process.stderr.write(`${each.name}\n`)
    const { ms, slower } = await compare(each, contenders, values.quick ? quick : thorough)
    rows.push([each.name, (1000 * ms).toPrecision(3), ...slower.map(times)])
    for (const [index, ratio] of slower.entries()) ratios[index]?.push(ratio)
  }
  const head = ['case', 'wasm µs', ...contenders.slice(1).map(({ name }) => name)]
  const means = ['geometric mean', '', ...ratios.map((list) => times(geometricMean(list)))]
  console.log(`\nwasm: µs a call. Others: their time / wasm's.\n${aligned([head, ...rows, means], 1)}`)
  return 0
}

/** Checks that all results agree, then times them in turn. */
async function compare(
  { name, prepare }: OperationCase,
  contenders: readonly Contender[],
  effort: typeof quick,
): Promise<{ ms: number; slower: number[] }> {
  const runs = contenders.map((each) => {
    each.library.manualSeed(0)
    const call = prepare(each.library)
    return () => {
      each.library.setDefaultEngine(each.engine)
      return call()
    }
  })
  const [want, ...others] = runs.map((run) => run().to('float64').data)
  for (const [index, got] of others.entries()) {
    const wrong = want?.findIndex((value, i) => !(Math.abs(Number(value) - Number(got[i])) <= tolerance)) ?? 0
    if (wrong >= 0 || got.length !== want?.length) {
      throw new Error(`${name}: ${contenders[index + 1]?.name} differs from wasm at ${wrong}`)
    }
  }
  const calls = await timeRounds(
    runs.map((run) => timer(run, { async: false })),
    effort,
  )
  const [own = [], ...rounds] = calls.map((list) => list.map(median))
  return { ms: median(own), slower: rounds.map((list) => median(quotients(list, own))) }
}

function contender(name: string, of: Library): Contender {
  const engine = name === 'reference' ? of.reference : of.wasm
  return { name, variant: engine.variant, library: of, engine }
}

async function libraryAt(folder: string): Promise<Library> {
  const url = pathToFileURL(`${folder.replace(/\/$/, '')}/packages/torch/dist/index.js`)
  // The compiler must believe that the other checkout exports what this one does, as far as the cases use it.
  return (await import(url.href)) as Library
}
