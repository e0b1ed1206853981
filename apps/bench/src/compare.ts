import type { RecurrentOutput } from '@unroll/kernels'
import type { BenchCase } from './cases.ts'
import type { Contender, PreparedContender } from './contender.ts'
import { makeDelivery } from './delivery.ts'
import { type Roof, roofMultiplyAdds } from './roof.ts'
import { leastMs, workingSet } from './roofline.ts'
import { type Effort, timeRounds } from './rounds.ts'
import { median, quantile, quotients } from './statistics.ts'
import { makeWorkload, multiplyAdds } from './workload.ts'

/** Outputs lie in [-1, 1]; float32 over a hundred timesteps, in another order of summation, stays well below this. */
const tolerance = 1e-4

/** One case, all contenders that took part. */
export interface Comparison {
  readonly benchCase: BenchCase
  /** What the roof reached meanwhile; a multiply-add is two operations. */
  readonly roofGflops: number
  /** Gigabytes a second that the caches delivered meanwhile, of the {@link workingSet} of the case. */
  readonly deliveryGBs: number
  readonly results: readonly Result[]
  readonly absent: readonly Absence[]
}

/** Milliseconds are of one call. */
export interface Result {
  readonly contender: string
  /** Median over the rounds of each round's median call. */
  readonly ms: number
  /** Of all calls. */
  readonly p99Ms: number
  /** Each round's median call; the same rounds for every contender of the case. */
  readonly rounds: readonly number[]
  /** Multiply-adds a second as a share of the roof's in the same round: the median over the rounds. */
  readonly roofShare: number
  /** The time that the {@link leastMs | roofline} allows in the same round as a share of its own: the median over the rounds. */
  readonly rooflineShare: number
  /** Largest absolute difference of any output or state to the first contender's. */
  readonly difference: number
}

/** Who does not take part in a case, and why. */
export interface Absence {
  readonly contender: string
  readonly reason: string
}

/** The contenders computed different numbers, so their times mean nothing. */
export class DisagreementError extends Error {
  override readonly name = 'DisagreementError'
}

interface CompareOptions {
  readonly roof: Roof
  readonly effort: Effort
  /** As in {@link timeRounds}. */
  readonly onRound?: (round: number, rounds: number) => void
}

/**
 * Runs a case on every contender that takes part: first checks that all outputs are equal, then times them.
 * @throws DisagreementError if an output differs from the first contender's
 */
export async function compare(
  benchCase: BenchCase,
  contenders: readonly Contender[],
  { roof, effort, onRound }: CompareOptions,
): Promise<Comparison> {
  const workload = makeWorkload(benchCase)
  const taking: Contender[] = []
  const absent: Absence[] = []
  for (const contender of contenders) {
    const reason = contender.declines(workload)
    if (reason === null) taking.push(contender)
    else absent.push({ contender: contender.name, reason })
  }
  const prepared: PreparedContender[] = []
  try {
    for (const contender of taking) prepared.push(await contender.prepare(workload))
    const outputs = await Promise.all(prepared.map((p) => p.output()))
    const differences = outputs.map((output, index) => {
      const [want, name, wantName] = [outputs[0] ?? output, taking[index]?.name, taking[0]?.name]
      return checkAgreement(output, want, `compare: ${benchCase.name}: ${name} against ${wantName}`)
    })
    const delivery = makeDelivery(workingSet(benchCase))
    const [roofCalls = [], deliveryCalls = [], ...calls] = await timeRounds(
      [roof.time, delivery.time, ...prepared.map((p) => p.time)],
      effort,
      onRound,
    )
    const roofRounds = roofCalls.map((calls) => median(calls) / roofMultiplyAdds)
    const deliveryRounds = deliveryCalls.map((calls) => median(calls) / delivery.bytes)
    const atRoof = roofRounds.map((ms) => ms * multiplyAdds(benchCase))
    const atRoofline = roofRounds.map((msPerMultiplyAdd, round) =>
      leastMs(benchCase, { msPerMultiplyAdd, msPerByte: deliveryRounds[round] ?? Number.NaN }),
    )
    const results = taking.map(({ name }, index) => {
      const own = calls[index] ?? []
      const rounds = own.map(median)
      return {
        contender: name,
        ms: median(rounds),
        p99Ms: quantile(own.flat(), 0.99),
        rounds,
        roofShare: median(quotients(atRoof, rounds)),
        rooflineShare: median(quotients(atRoofline, rounds)),
        difference: differences[index] ?? Number.NaN,
      }
    })
    return {
      benchCase,
      roofGflops: 2e-6 / median(roofRounds),
      deliveryGBs: 1e-6 / median(deliveryRounds),
      results,
      absent,
    }
  } finally {
    for (const p of prepared) await p.dispose()
  }
}

/**
 * The largest absolute difference between two outputs.
 * @throws DisagreementError if it exceeds the tolerance of 1e-4 or is NaN, or if the sizes differ
 */
export function checkAgreement(got: RecurrentOutput, want: RecurrentOutput, who: string): number {
  return Math.max(
    maxDifference(got.output, want.output, `${who}: output`),
    maxDifference(got.hn, want.hn, `${who}: hn`),
    maxDifference(got.cn ?? [], want.cn ?? [], `${who}: cn`),
  )
}

function maxDifference(got: ArrayLike<number>, want: ArrayLike<number>, who: string): number {
  if (got.length !== want.length) {
    throw new DisagreementError(`${who}: expected ${want.length} elements, got ${got.length}`)
  }
  let max = 0
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs((got[i] ?? Number.NaN) - (want[i] ?? Number.NaN))
    // Also true for NaN.
    if (!(difference <= tolerance)) {
      throw new DisagreementError(`${who}[${i}]: expected ${want[i]} within ${tolerance}, got ${got[i]}`)
    }
    max = Math.max(max, difference)
  }
  return max
}
