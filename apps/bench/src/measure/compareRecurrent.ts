import type { RecurrentOutput } from '@unroll/kernels'
import type { BenchCase } from '../cases/recurrentCases.ts'
import { makeWorkload, multiplyAdds, type Workload } from '../cases/workload.ts'
import type { Contender, PreparedContender } from '../contenders/contender.ts'
import { makeDelivery } from '../roofline/cacheDelivery.ts'
import { type Roof, roofMultiplyAdds } from '../roofline/multiplyAddRoof.ts'
import { leastMs, workingSet } from '../roofline/rooflineOfCase.ts'
import type { ThreadedRoof } from '../roofline/threadedRoof.ts'
import { checkAgreement } from './agreement.ts'
import { guarded, messageOf } from './guarded.ts'
import { type Effort, type NamedTimer, type Timer, timeRounds } from './rounds.ts'
import { shownQuantiles } from './shownQuantiles.ts'
import { median, quantiles, quotients } from './statistics.ts'

/** One case, all contenders that took part. */
export interface Comparison {
  readonly benchCase: BenchCase
  /** The roof measured in the same rounds. A multiply-add is two operations. */
  readonly roofGflops: number
  /**
   * Gigabytes a second that the caches delivered in the same rounds, reading an area as large as the {@link workingSet}. Not measured
   * in training.
   */
  readonly deliveryGBs?: number
  /** With several threads: how many times faster than one they are at the roof. */
  readonly threadsAtRoof?: number
  readonly results: readonly Result[]
  /** Contenders that take no part in this case. */
  readonly absent: readonly Absence[]
  /** Contenders that threw, or computed other numbers than the first one: they have no result, or none of their memory. */
  readonly failed: readonly Absence[]
}

/** All times are those of one call. */
export interface Result {
  readonly contender: string
  /** Median over the rounds of each round's median call. */
  readonly ms: number
  /** The 99th percentile of all calls. */
  readonly p99Ms: number
  /** Milliseconds of all calls, at each of {@link shownQuantiles}. */
  readonly quantiles: readonly number[]
  /** Each round's median call; the same rounds for every contender of the case. */
  readonly rounds: readonly number[]
  /** Its multiply-adds per second divided by the roof's in the same round: the median over the rounds. */
  readonly roofShare: number
  /**
   * The {@link leastMs | least time of the roofline} divided by its own time in the same round: the median over the rounds. Not
   * measured in training.
   */
  readonly rooflineShare?: number
  /**
   * The largest absolute difference of any output or state from the first contender's; in training that of any gradient, as a share of
   * the largest one. Null if it computes other equations, so that only its time is compared.
   */
  readonly difference: number | null
  /** WebAssembly memory that it holds after a call, alone in a worker; where that was measured. */
  readonly memoryBytes?: number
}

/** Who has no result in a case, and why. */
export interface Absence {
  readonly contender: string
  readonly reason: string
}

/** A step that may take long, or hang. */
export interface Step {
  readonly doing: 'prepare' | 'check' | 'warm-up' | 'measure'
  /** Who does it; `roof` and `caches` are the benchmark's own. */
  readonly contender: string
  /** As in timeRounds: from 0; -1 before the rounds begin. */
  readonly round: number
  readonly rounds: number
}

export interface CompareOptions {
  readonly roof: Roof
  /** Where contenders have several threads. */
  readonly threadedRoof?: ThreadedRoof | undefined
  readonly effort: Effort
  /** Told before each step. */
  readonly onStep?: (step: Step) => void
}

/** Runs a case on every contender that takes part: only those whose outputs equal the first one's are timed. */
export async function compareRecurrent(
  benchCase: BenchCase,
  contenders: readonly Contender[],
  { roof, threadedRoof, effort, onStep = () => {} }: CompareOptions,
): Promise<Comparison> {
  const prepared: PreparedContender[] = []
  try {
    const { agreeing, absent, failed } = await prepare(makeWorkload(benchCase), contenders, prepared, onStep)
    const delivery = makeDelivery(workingSet(benchCase))
    const failures = new Map<string, string>()
    const limits: readonly NamedTimer[] = [...roofTimers(roof, threadedRoof), ['caches', delivery.time]]
    const timers = [
      ...limits,
      ...agreeing.map(
        ({ name, time }): NamedTimer => [name, guarded(time, (why) => failures.set(name, why))],
      ),
    ]
    const timed = await timeRounds(timers, effort, ({ timer, round, rounds }) => {
      const [contender = ''] = timers[timer] ?? []
      onStep({ doing: round < 0 ? 'warm-up' : 'measure', contender, round, rounds })
    })
    const [roofCalls = [], threadedCalls = []] = timed
    const [deliveryCalls = [], ...calls] = timed.slice(limits.length - 1)
    const roofRounds = roofCalls.map((calls) => median(calls) / roofMultiplyAdds)
    const deliveryRounds = deliveryCalls.map((calls) => median(calls) / delivery.bytes)
    const atRoof = roofRounds.map((ms) => ms * multiplyAdds(benchCase))
    const atRoofline = roofRounds.map((msPerMultiplyAdd, round) =>
      leastMs(benchCase, { msPerMultiplyAdd, msPerByte: deliveryRounds[round] ?? Number.NaN }),
    )
    const results = agreeing.flatMap(({ name, difference }, index) => {
      if (failures.has(name)) return []
      const result = resultOf({ contender: name, difference }, calls[index] ?? [], atRoof)
      return { ...result, rooflineShare: median(quotients(atRoofline, result.rounds)) }
    })
    return {
      benchCase,
      roofGflops: 2e-6 / median(roofRounds),
      deliveryGBs: 1e-6 / median(deliveryRounds),
      ...threadsAtRoof(threadedRoof, threadedCalls, roofRounds),
      results,
      absent,
      failed: [...failed, ...[...failures].map(([contender, reason]) => ({ contender, reason }))],
    }
  } finally {
    for (const each of prepared) await each.dispose()
  }
}

/** The roof of one thread, and then that of all threads, if there are several. */
export function roofTimers(roof: Roof, threadedRoof: ThreadedRoof | undefined): readonly NamedTimer[] {
  return [['roof', roof.time], ...(threadedRoof ? [['roof', threadedRoof.time] as const] : [])]
}

/**
 * How much faster all threads are than one, at the roof.
 * @param calls ms of each call of the threads, round by round
 * @param roofRounds ms that one thread needs for a multiply-add, in the same rounds
 */
export function threadsAtRoof(
  threadedRoof: ThreadedRoof | undefined,
  calls: readonly (readonly number[])[],
  roofRounds: readonly number[],
): Pick<Comparison, 'threadsAtRoof'> {
  if (threadedRoof === undefined) return {}
  const rounds = calls.map((samples) => median(samples) / threadedRoof.multiplyAdds)
  return { threadsAtRoof: median(quotients(roofRounds, rounds)) }
}

/**
 * What is kept of a contender's calls.
 * @param calls ms of each call, round by round
 * @param atRoof ms in which the roof does its multiply-adds, round by round
 */
export function resultOf(
  who: Pick<Result, 'contender' | 'difference'>,
  calls: readonly (readonly number[])[],
  atRoof: readonly number[],
): Result {
  const rounds = calls.map(median)
  const found = quantiles(calls.flat(), shownQuantiles)
  return {
    ...who,
    ms: median(rounds),
    p99Ms: found[shownQuantiles.indexOf(0.99)] ?? Number.NaN,
    quantiles: found,
    rounds,
    roofShare: median(quotients(atRoof, rounds)),
  }
}

/** The contenders that can be timed, since they agree on the numbers, and the others. */
interface Prepared {
  readonly agreeing: readonly { readonly name: string; readonly time: Timer; readonly difference: number }[]
  readonly absent: readonly Absence[]
  readonly failed: readonly Absence[]
}

/** What a contender computed. */
interface Named {
  readonly name: string
  readonly output: RecurrentOutput
}

/** @param prepared filled with every contender that must be disposed of */
async function prepare(
  workload: Workload,
  contenders: readonly Contender[],
  prepared: PreparedContender[],
  onStep: (step: Step) => void,
): Promise<Prepared> {
  const agreeing: Prepared['agreeing'][number][] = []
  const absent: Absence[] = []
  const failed: Absence[] = []
  let first: Named | null = null
  for (const contender of contenders) {
    const { name } = contender
    const declined = contender.declines(workload)
    if (declined !== null) {
      absent.push({ contender: name, reason: declined })
      continue
    }
    const step = (doing: Step['doing']): void => onStep({ doing, contender: name, round: -1, rounds: 0 })
    try {
      step('prepare')
      const ready = await contender.prepare(workload)
      prepared.push(ready)
      step('check')
      const output = await ready.output()
      const against: Named = first ?? { name, output }
      const who = `${workload.name}: ${name} against ${against.name}`
      agreeing.push({ name, time: ready.time, difference: checkAgreement(output, against.output, who) })
      // The first contender is compared with itself: one that computed NaN fails here, and the next one becomes the measure.
      first = against
    } catch (error) {
      failed.push({ contender: name, reason: messageOf(error) })
    }
  }
  return { agreeing, absent, failed }
}
