import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { reference, wasm } from '@unroll/kernels'
import { type BenchCase, cases, describeCase } from './cases.ts'
import { type Comparison, compare, DisagreementError } from './compare.ts'
import { type Contender, engineContender } from './contender.ts'
import { onnxruntimeWeb } from './peers/onnxruntimeWeb.ts'
import { geometricMean, ratio, table, verdict } from './report.ts'
import { quick, thorough } from './rounds.ts'

const usage = `Usage: node src/main.ts [--quick] [--case NAME]... [--json]

Compares the engines of @unroll/kernels with onnxruntime-web: ms per forward pass, float32, one thread.
  --quick      shorter rounds: rough numbers in a few seconds a case
  --case NAME  only this case; can be repeated
  --json       everything as JSON on stdout
  --help       this text
Exits with 1 if the contenders' outputs differ, with 2 if the arguments are wrong.

Cases: ${cases.map(({ name }) => name).join(', ')}`

/** Multiply-adds up to which the reference engine takes part: about a tenth of a second a call. */
const referenceLimit = 3e7

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  let options: Options
  try {
    options = parse(args)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    console.error(`bench: ${error.message}\n\n${usage}`)
    return 2
  }
  if (options.help) {
    console.log(usage)
    return 0
  }

  // The oracle first: the others are held against it where it takes part.
  const contenders = [engineContender(reference, referenceLimit), engineContender(wasm), onnxruntimeWeb()]
  const environment = describeEnvironment(contenders)
  if (!options.json)
    console.log(
      Object.entries(environment)
        .map(([key, value]) => `${key}: ${value}`)
        .join('\n'),
    )

  const comparisons: Comparison[] = []
  for (const [index, benchCase] of options.cases.entries()) {
    console.error(`[${index + 1}/${options.cases.length}] ${benchCase.name} ${describeCase(benchCase)}`)
    try {
      comparisons.push(await compare(benchCase, contenders, options.quick ? quick : thorough))
    } catch (error) {
      if (!(error instanceof DisagreementError)) throw error
      console.error(`bench: the outputs disagree: ${error.message}`)
      return 1
    }
  }

  if (options.json) {
    console.log(JSON.stringify(asJson(environment, comparisons), null, 2))
  } else {
    const names = contenders.map(({ name }) => name)
    console.log(`\n${table(comparisons, names)}\n\nOutputs agree.\n${verdict(comparisons)}`)
  }
  return 0
}

interface Options {
  readonly cases: readonly BenchCase[]
  readonly quick: boolean
  readonly json: boolean
  readonly help: boolean
}

/** @throws RangeError for an unknown case, TypeError for an unknown option */
function parse(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      case: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const unknown = values.case.find((name) => !cases.some((benchCase) => benchCase.name === name))
  if (unknown !== undefined) throw new RangeError(`--case: expected one of the cases below, got ${unknown}`)
  const chosen = values.case.length === 0 ? cases : cases.filter(({ name }) => values.case.includes(name))
  return { ...values, cases: chosen }
}

function describeEnvironment(contenders: readonly Contender[]): Record<string, string> {
  return {
    node: process.version,
    v8: process.versions.v8,
    cpu: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, ${process.platform} ${process.arch}`,
    contenders: contenders.map(({ name, variant }) => (variant ? `${name} (${variant})` : name)).join(', '),
  }
}

function asJson(environment: Record<string, string>, comparisons: readonly Comparison[]): object {
  return {
    environment,
    cases: comparisons.map((comparison) => {
      const { name, T, N, spec } = comparison.benchCase
      return { name, T, N, ...spec, results: comparison.results, ratio: ratio(comparison) }
    }),
    geometricMean: geometricMean(comparisons),
    verdict: verdict(comparisons),
  }
}
