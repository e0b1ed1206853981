import { Bench } from 'tinybench'
import { median } from './statistics.ts'

/** How long is measured. */
export interface Effort {
  readonly name: 'thorough' | 'quick'
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

/** Calls something for about `ms`, at least once. @returns ms of each call */
export type Timer = (ms: number) => Promise<readonly number[]>

/** A timer of what runs in this process. A promise is awaited; a function that returns none is not charged for it. */
export function timer(run: () => unknown, { async }: { async: boolean }): Timer {
  return async (ms) => {
    const bench = new Bench({ time: ms, iterations: 1, warmup: false, retainSamples: true, throws: true })
    bench.add('call', run, { async })
    const [task] = async ? await bench.run() : bench.runSync()
    if (task?.result.state !== 'completed')
      throw new Error(`timer: expected samples, got ${task?.result.state}`)
    return task.result.latency.samples ?? []
  }
}

/**
 * Lets the timers run in turn, round after round, so that what slows this machine down for a while slows all down.
 * @param onRound called before each round with its number, from 0, and how many there are; -1 before the warm-up
 * @returns for each timer and round: ms of each call
 */
export async function timeRounds(
  timers: readonly Timer[],
  effort: Effort,
  onRound: (round: number, rounds: number) => void = () => {},
): Promise<readonly (readonly (readonly number[])[])[]> {
  onRound(-1, 0)
  let slowest = 0
  for (const time of timers) {
    const calls = await time(effort.warmUpMs)
    slowest = Math.max(slowest, median(calls))
  }
  const { measureMs, minRounds, maxRounds } = effort
  const rounds = Math.min(maxRounds, Math.max(minRounds, Math.floor(measureMs / slowest)))
  const samples = timers.map((): (readonly number[])[] => [])
  for (let round = 0; round < rounds; round++) {
    onRound(round, rounds)
    for (const [index, time] of timers.entries()) samples[index]?.push(await time(measureMs / rounds))
  }
  return samples
}
