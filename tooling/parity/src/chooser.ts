import { Generator } from '@unroll/tensor'

/** Random choices, the same for the same seed. */
export class Chooser {
  readonly #generator: Generator

  constructor(seed: number) {
    this.#generator = new Generator().manualSeed(seed)
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + (this.#generator.random() % (high - low + 1))
  }

  chance(probability: number): boolean {
    return this.#generator.uniform24() < probability
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.int(0, choices.length - 1)]
    if (choice === undefined) throw new RangeError('Chooser.pick: nothing to choose from')
    return choice
  }

  /** A size: mostly small, often 1, seldom a multiple of a vector's width. */
  size(): number {
    if (this.chance(0.15)) return 1
    return this.chance(0.1) ? this.int(41, 130) : this.int(2, 40)
  }
}
