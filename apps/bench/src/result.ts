import type { RecurrentSpec } from '@unroll/kernels'
import type { Absence, Comparison } from './compare.ts'
import type { Environment } from './environment.ts'
import type { Effort } from './rounds.ts'
import { quantile } from './statistics.ts'
import { ratios, type Target, targets } from './targets.ts'
import { multiplyAdds, rowCount } from './workload.ts'

/** A run of the benchmark: what `--json` prints and the dashboard reads. */
export interface BenchResult {
  /** Changes whenever a field changes its meaning. */
  readonly schema: 1
  readonly environment: Environment
  readonly effort: Effort
  readonly cases: readonly CaseResult[]
  readonly targets: readonly Target[]
}

interface CaseResult extends RecurrentSpec {
  readonly name: string
  readonly T: number
  readonly N: number
  /** Timesteps of all sequences together: less than `T * N` where they are of different lengths. */
  readonly rows: number
  readonly streaming: boolean
  /** Of one call. */
  readonly multiplyAdds: number
  /** What the multiply-add roof reached meanwhile. */
  readonly roofGflops: number
  /** What the caches delivered meanwhile, gigabytes a second; not in files from before 2026-11-26. */
  readonly deliveryGBs?: number
  readonly results: readonly ContenderResult[]
  readonly absent: readonly Absence[]
}

/** Milliseconds are of one call; all numbers have four digits. */
interface ContenderResult {
  readonly contender: string
  readonly rounds: number
  readonly ms: number
  readonly p99Ms: number
  readonly roofShare: number
  /** Not in those either. */
  readonly rooflineShare?: number
  /** Its time / the wasm engine's in the same round: median and quartiles over the rounds. Null without that engine. */
  readonly ratio: { readonly median: number; readonly low: number; readonly high: number } | null
  readonly difference: number
}

export function asResult(
  environment: Environment,
  effort: Effort,
  comparisons: readonly Comparison[],
): BenchResult {
  return {
    schema: 1,
    environment,
    effort,
    cases: comparisons.map(caseResult),
    targets: targets(comparisons),
  }
}

function caseResult({ benchCase, roofGflops, deliveryGBs, results, absent }: Comparison): CaseResult {
  const { name, T, N, spec, streaming } = benchCase
  return {
    name,
    T,
    N,
    rows: rowCount(benchCase),
    streaming,
    ...spec,
    multiplyAdds: multiplyAdds(benchCase),
    roofGflops: digits(roofGflops),
    deliveryGBs: digits(deliveryGBs),
    results: results.map(({ contender, rounds, ms, p99Ms, roofShare, rooflineShare, difference }) => {
      const all = ratios(results, contender)
      const at = (q: number): number => digits(quantile(all, q))
      return {
        contender,
        rounds: rounds.length,
        ms: digits(ms),
        p99Ms: digits(p99Ms),
        roofShare: digits(roofShare),
        rooflineShare: digits(rooflineShare),
        ratio: all.length === 0 ? null : { median: at(0.5), low: at(0.25), high: at(0.75) },
        difference: digits(difference),
      }
    }),
    absent,
  }
}

function digits(value: number): number {
  return Number(value.toPrecision(4))
}
