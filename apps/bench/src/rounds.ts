/** How long is measured. */
export interface Effort {
  /** Each contender is run for at least this long, in ms, before it counts ... */
  readonly warmUpMs: number
  /** ... then for at least this long in all, in ms, ... */
  readonly measureMs: number
  /** ... and in at least so many rounds. */
  readonly minRounds: number
}

/** V8 takes up to a second of calls to optimise onnxruntime's module; with less warm-up it looks three times slower. */
export const thorough: Effort = { warmUpMs: 1000, measureMs: 1000, minRounds: 5 }
export const quick: Effort = { warmUpMs: 500, measureMs: 150, minRounds: 7 }

/** A round's share of one contender, in ms at least: far above the resolution of the clock. */
const sampleMs = 20

export type Run = () => unknown

/**
 * Times functions, each given the same share of every round, in turn, so that what slows this machine down for a
 * while slows all of them down. A promise is awaited; a function that returns none is not charged for waiting.
 *
 * @returns for each function its ms per call, one number a round
 */
export async function timeRounds(runs: readonly Run[], effort: Effort): Promise<number[][]> {
  const estimates: number[] = []
  for (const run of runs) estimates.push(await warmUp(run, effort.warmUpMs))

  const share = Math.max(sampleMs, ...estimates)
  const rounds = Math.max(effort.minRounds, Math.ceil(effort.measureMs / share))
  const samples = runs.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, run] of runs.entries()) {
      const calls = Math.ceil(share / (estimates[index] ?? share))
      samples[index]?.push((await timeCalls(run, calls)) / calls)
    }
  }
  return samples
}

/** Calls `run` for at least `atLeastMs`; gives its ms per call in the latter half of them. */
async function warmUp(run: Run, atLeastMs: number): Promise<number> {
  let calls = 1
  let elapsed = await timeCalls(run, calls)
  for (let total = elapsed; total < atLeastMs; total += elapsed) {
    calls *= 2
    elapsed = await timeCalls(run, calls)
  }
  return elapsed / calls
}

/** ms that `calls` calls take, one after the other. */
async function timeCalls(run: Run, calls: number): Promise<number> {
  const start = performance.now()
  for (let call = 0; call < calls; call++) {
    const result = run()
    if (result instanceof Promise) await result
  }
  return performance.now() - start
}

/** @throws RangeError without values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  if (low === undefined || high === undefined) throw new RangeError('median: expected at least one value')
  return (low + high) / 2
}
