import { Bench } from 'tinybench'
import { median } from './statistics.ts'

/** How long is measured. */
export interface Effort {
  readonly name: 'thorough' | 'quick' | 'brief'
  /** Each contender is called for at least this long, in ms, before it counts ... */
  readonly warmUpMs: number
  /** ... then for at least this long in all, in ms ... */
  readonly measureMs: number
  /** ... in so many rounds: fewer where a call takes long. */
  readonly minRounds: number
  readonly maxRounds: number
}

/** V8 takes up to a second of calls to optimise onnxruntime's module; with less warm-up it looks three times slower. */
export const thorough: Effort = {
  name: 'thorough',
  warmUpMs: 1000,
  measureMs: 1000,
  minRounds: 5,
  maxRounds: 40,
}
export const quick: Effort = { name: 'quick', warmUpMs: 1000, measureMs: 200, minRounds: 5, maxRounds: 10 }
/** Enough for engines of our own. */
export const brief: Effort = { name: 'brief', warmUpMs: 100, measureMs: 100, minRounds: 3, maxRounds: 10 }

/** A timer, and whose time it takes. */
export type NamedTimer = readonly [who: string, time: Timer]

/** Calls something for about `ms`, at least once. @returns ms of each call */
export type Timer = (ms: number) => Promise<readonly number[]>

/** On a coarse clock a sample lasts at least this many {@link clockStep}s, for an error of one percent. */
const coarseSteps = 100

/**
 * A timer of a function in this process. Only asynchronous functions are awaited, so the others are not charged for a promise.
 * On a coarse clock, as browsers have it, a sample is the mean of several calls.
 */
export function timer(
  run: () => unknown,
  { async, step = clockStep() }: { readonly async: boolean; readonly step?: number },
): Timer {
  const call = keepingLast(run)
  const once = timerOfSamples(call, async)
  if (step < fineStep) return once
  return async (ms) => {
    const start = performance.now()
    let calls = 0
    do {
      if (async) await call()
      else call()
      calls++
    } while (performance.now() - start < coarseSteps * step)
    if (calls === 1) return once(ms)
    const several = async
      ? async () => {
          for (let done = 0; done < calls; done++) await call()
        }
      : () => {
          for (let done = 0; done < calls; done++) call()
        }
    const samples = await timerOfSamples(several, async)(ms)
    return samples.map((sample) => sample / calls)
  }
}

/**
 * A timer of a function that something else follows, the time of which does not count. On a coarse clock the one sample is the
 * mean of all calls: what the clock shows of each is right in the mean only.
 * @param follow gets what `run` returned
 */
export function timerWithout<T>(
  run: () => T,
  follow: (result: T) => unknown,
  step: number = clockStep(),
): Timer {
  const call = keepingLast(run)
  const results: T[] = []
  const time = timerOfSamples(
    () => {
      results.push(call())
    },
    false,
    () => {
      for (const result of results.splice(0)) follow(result)
    },
  )
  if (step < fineStep) return time
  return async (ms) => {
    const samples = await time(ms)
    return [samples.reduce((sum, sample) => sum + sample, 0) / samples.length]
  }
}

/**
 * Timers of two functions that are called alternately, so that neither its place in memory, nor a collection, nor a slow spell counts
 * for one of them alone. The first timer calls both, twice as long; the second gives what was measured then. On a coarse clock a
 * sample is the mean of all calls.
 */
export function timersInTurn(
  first: () => unknown,
  second: () => unknown,
  step: number = clockStep(),
): readonly [first: Timer, second: Timer] {
  const runs = [keepingLast(first), keepingLast(second)] as const
  const samples: [number[], number[]] = [[], []]
  const timeOnce = (which: 0 | 1): void => {
    const start = performance.now()
    runs[which]()
    samples[which].push(performance.now() - start)
  }
  const taken = (which: 0 | 1): readonly number[] => {
    const each = samples[which].splice(0)
    return step < fineStep || each.length === 0 ? each : [each.reduce((sum, one) => sum + one) / each.length]
  }
  const timeBoth: Timer = async (ms) => {
    const start = performance.now()
    do {
      // Each goes before the other equally often.
      timeOnce(0)
      timeOnce(1)
      timeOnce(1)
      timeOnce(0)
    } while (performance.now() - start < 2 * ms)
    return taken(0)
  }
  return [timeBoth, async () => taken(1)]
}

/** A clock with steps below a microsecond can time single calls. In ms. */
const fineStep = 1e-3

/** The step of this runtime's clock, in ms: 5 µs in an isolated page, next to nothing in Node. */
export function clockStep(): number {
  let least = Number.POSITIVE_INFINITY
  for (let seen = 0, last = performance.now(); seen < 10; ) {
    const now = performance.now()
    if (now === last) continue
    least = Math.min(least, now - last)
    last = now
    seen++
  }
  return least
}

function timerOfSamples(run: () => unknown, async: boolean, follow?: () => void): Timer {
  return async (ms) => {
    const bench = new Bench({ time: ms, iterations: 1, warmup: false, retainSamples: true, throws: true })
    bench.add('call', run, { async, ...(follow && { afterEach: follow }) })
    const [task] = async ? await bench.run() : bench.runSync()
    if (task?.result.state !== 'completed')
      throw new Error(`timer: expected samples, got ${task?.result.state}`)
    return task.result.latency.samples ?? []
  }
}

/**
 * A function whose last result lives until its next call, as it does for whoever reads it. Where a forced collection finds no object of a
 * class, V8 throws away the code that it optimised for that class: a recorded call of 30 µs takes 1 µs longer then.
 */
function keepingLast<T>(run: () => T): () => T {
  const kept: T[] = []
  return () => {
    const last = run()
    kept[0] = last
    return last
  }
}

/** Collects garbage, so that what a contender leaves behind is not collected in the time of the next. Not every runtime lets us ask for it. */
function collectGarbage(): void {
  globalThis.gc?.()
}

/** Whose turn it is. */
export interface Turn {
  /** Index of the timer. */
  readonly timer: number
  /** From 0; -1 in the warm-up. */
  readonly round: number
  /** How many there will be; 0 in the warm-up, which decides it. */
  readonly rounds: number
}

/**
 * Runs the timers in turn, round after round, so that a slow spell of the machine slows all of them down. Those of one contender
 * follow each other.
 * @param onTurn called before each turn
 * @returns for each timer and round: ms of each call
 */
export async function timeRounds(
  timers: readonly NamedTimer[],
  effort: Effort,
  onTurn: (turn: Turn) => void = () => {},
): Promise<readonly (readonly (readonly number[])[])[]> {
  let slowest = 0
  for (const [timer, [, time]] of timers.entries()) {
    onTurn({ timer, round: -1, rounds: 0 })
    const calls = await time(effort.warmUpMs)
    slowest = Math.max(slowest, median(calls))
  }
  const { measureMs, minRounds, maxRounds } = effort
  const rounds = Math.min(maxRounds, Math.max(minRounds, Math.floor(measureMs / slowest)))
  const samples = timers.map((): (readonly number[])[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [timer, [who, time]] of timers.entries()) {
      onTurn({ timer, round, rounds })
      // Not between the passes of one contender: after a collection, arrays get fresh memory, which is slow.
      if (who !== timers[timer - 1]?.[0]) collectGarbage()
      samples[timer]?.push(await time(measureMs / rounds))
    }
  }
  return samples
}
