import type { RecurrentOutput } from '@unroll/kernels'
import type { BenchCase } from './cases.ts'
import type { Contender } from './contender.ts'
import { type Effort, median, timeRounds } from './rounds.ts'
import { makeWorkload } from './workload.ts'

/** Outputs lie in [-1, 1]; float32 over a hundred timesteps, in another order of summation, stays well below this. */
const tolerance = 1e-4

/** One case, all contenders that took part. */
export interface Comparison {
  readonly benchCase: BenchCase
  readonly results: readonly Result[]
}

interface Result {
  readonly contender: string
  /** Median over the rounds. */
  readonly msPerCall: number
  /** ms per call in each round; the same rounds for every contender of the case. */
  readonly samples: readonly number[]
  /** Largest absolute difference of any output or state to the first contender's. */
  readonly difference: number
}

/** The contenders computed different numbers, so their times mean nothing. */
export class DisagreementError extends Error {
  override readonly name = 'DisagreementError'
}

/**
 * Runs a case on every contender that accepts it: first checks that all outputs are equal, then times them.
 * @throws DisagreementError if an output differs from the first contender's
 */
export async function compare(
  benchCase: BenchCase,
  contenders: readonly Contender[],
  effort: Effort,
): Promise<Comparison> {
  const workload = makeWorkload(benchCase)
  const taking = contenders.filter((contender) => contender.accepts(workload))
  const prepared = await Promise.all(taking.map((contender) => contender.prepare(workload)))
  try {
    const outputs = await Promise.all(prepared.map((p) => p.run()))
    const differences = outputs.map((output, index) => {
      const [want, name, wantName] = [outputs[0] ?? output, taking[index]?.name, taking[0]?.name]
      return checkAgreement(output, want, `compare: ${benchCase.name}: ${name} against ${wantName}`)
    })
    const samples = await timeRounds(
      prepared.map((p) => () => p.run()),
      effort,
    )
    const results = taking.map(({ name }, index) => {
      const ms = samples[index] ?? []
      return {
        contender: name,
        msPerCall: median(ms),
        samples: ms,
        difference: differences[index] ?? Number.NaN,
      }
    })
    return { benchCase, results }
  } finally {
    await Promise.all(prepared.map((p) => p.dispose()))
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
