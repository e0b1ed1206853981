import type { RecurrentOutput } from '@unroll/kernels'

/** Outputs lie in [-1, 1]; float32 over a hundred timesteps, in another order of summation, stays well below this. */
const tolerance = 1e-4

/**
 * The largest absolute difference between two outputs and their states.
 * @throws DisagreementError as {@link maxDifference}
 */
export function checkAgreement(got: RecurrentOutput, want: RecurrentOutput, who: string): number {
  return Math.max(
    maxDifference(got.output, want.output, `${who}: output`),
    maxDifference(got.hn, want.hn, `${who}: hn`),
    maxDifference(got.cn ?? [], want.cn ?? [], `${who}: cn`),
  )
}

/**
 * The largest absolute difference of any element.
 * @throws DisagreementError if it exceeds the tolerance of 1e-4 or is NaN, or if the sizes differ
 */
export function maxDifference(got: ArrayLike<number>, want: ArrayLike<number>, who: string): number {
  if (got.length !== want.length) {
    throw new DisagreementError(`${who}: expected ${want.length} elements, got ${got.length}`)
  }
  let max = 0
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs((got[i] ?? Number.NaN) - (want[i] ?? Number.NaN))
    // The negated comparison is true for NaN, too.
    if (!(difference <= tolerance)) {
      throw new DisagreementError(`${who}[${i}]: expected ${want[i]} within ${tolerance}, got ${got[i]}`)
    }
    max = Math.max(max, difference)
  }
  return max
}

/** The contender computed different numbers, so its times mean nothing. */
class DisagreementError extends Error {
  override readonly name = 'DisagreementError'
}
