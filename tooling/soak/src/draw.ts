import { seeded } from '@unroll/testing'

/** A repeatable source of choices. */
export class Draw {
  /** The next number in [0, 1). */
  readonly number: () => number

  constructor(seed: number) {
    this.number = seeded(seed)
  }

  /** A whole number from `from` to `to`, small ones more often. */
  size(from: number, to: number): number {
    return from + Math.floor(this.number() ** 2 * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.number() < probability
  }

  one<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.number() * list.length)]
    if (chosen === undefined) throw new RangeError('draw: expected at least one to choose from')
    return chosen
  }
}
