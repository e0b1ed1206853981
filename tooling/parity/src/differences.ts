/** The deliberate differences: where PyTorch and we end otherwise, how, and why. Everything else has to end alike. */
import type { Case } from './case.ts'

export interface Difference {
  /** The wrong argument, by its name in mistakes.ts. */
  readonly mistake: string
  /** Of which modules; of every one if left out. */
  readonly of?: RegExp
  /** How it ends in PyTorch: `ok`, or step and class of the error. */
  readonly torch: string
  readonly ours: string
  readonly reason: string
}

const table: readonly Difference[] = []

/** The row of a case; none if both sides have to agree. */
export function differenceOf(given: Case): Difference | undefined {
  const name = given.family === 'module' ? given.name : given.family
  return table.find(({ mistake, of }) => mistake === given.mistake && (!of || of.test(name)))
}
