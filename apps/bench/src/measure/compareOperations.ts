import { pathToFileURL } from 'node:url'
import type { HostEngine } from '@unroll/torch'
import * as library from '@unroll/torch'
import type { Library, OperationCase } from '../cases/operationCases.ts'
import { own } from '../contenders/contenderNames.ts'
import type { ContenderName } from '../result/environment.ts'
import { maxDifference } from './agreement.ts'
import type { Absence } from './compareRecurrent.ts'
import { type Effort, type Turn, timeRounds, timer } from './rounds.ts'
import { median, quotients } from './statistics.ts'

/** One operation on every build that takes part. */
export interface OperationComparison {
  readonly name: string
  readonly results: readonly OperationResult[]
  /** Builds that threw, or computed other numbers than the wasm engine: they have no result. */
  readonly failed: readonly Absence[]
}

/** All times are those of one call. */
interface OperationResult {
  readonly contender: string
  /** Median over the rounds of each round's median call. */
  readonly ms: number
  readonly rounds: number
  /** Its time / the wasm engine's in the same round: the median over the rounds. */
  readonly ratio: number
}

/** A build of the library on one of its engines. */
export interface LibraryContender extends ContenderName {
  readonly library: Library
  readonly engine: HostEngine
}

/**
 * Who can run operations: the engines named, of this checkout, and the wasm engine of another one.
 * @param against the folder of another checkout, built; it takes part as `before`
 */
export async function libraryContenders(
  names: readonly string[],
  against: string | null,
): Promise<readonly LibraryContender[]> {
  const contenders = [contender(own, library, library.wasm)]
  if (names.includes('reference')) contenders.push(contender('reference', library, library.reference))
  if (against !== null) {
    const before = await libraryAt(against)
    contenders.push(contender('before', before, before.wasm))
  }
  return contenders
}

/**
 * Checks that all results agree with those of the wasm engine, then times the builds in turn.
 * @param contenders the first is the wasm engine of this checkout
 */
export async function compareOperations(
  { name, prepare }: OperationCase,
  contenders: readonly LibraryContender[],
  { effort, onTurn }: { readonly effort: Effort; readonly onTurn: (turn: Turn) => void },
): Promise<OperationComparison> {
  const agreeing: { readonly contender: string; readonly run: () => unknown }[] = []
  const failed: Absence[] = []
  let want: Float64Array | null = null
  for (const each of contenders) {
    try {
      each.library.manualSeed(0)
      const call = prepare(each.library)
      const run = (): ReturnType<typeof call> => {
        each.library.setDefaultEngine(each.engine)
        return call()
      }
      const got = Float64Array.from(run().to('float64').data, Number)
      want ??= got
      maxDifference(got, want, `${name}: ${each.name} against ${own}`)
      agreeing.push({ contender: each.name, run })
    } catch (error) {
      failed.push({ contender: each.name, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  if (agreeing[0]?.contender !== own) return { name, results: [], failed }
  const timers = agreeing.map(({ contender, run }) => [contender, timer(run, { async: false })] as const)
  const rounds = (await timeRounds(timers, effort, onTurn)).map((samples) => samples.map(median))
  const [ownRounds = []] = rounds
  const results = agreeing.map(({ contender }, index) => {
    const all = rounds[index] ?? []
    return { contender, ms: median(all), rounds: all.length, ratio: median(quotients(all, ownRounds)) }
  })
  return { name, results, failed }
}

function contender(name: string, of: Library, engine: HostEngine): LibraryContender {
  return { name, variant: engine.variant, library: of, engine }
}

async function libraryAt(folder: string): Promise<Library> {
  const url = pathToFileURL(`${folder.replace(/\/$/, '')}/packages/torch/dist/index.js`)
  // The compiler must believe that the other checkout exports what this one does, as far as the cases use it.
  return (await import(url.href)) as Library
}
