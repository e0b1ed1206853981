/** A repeatable source of choices. */
export class Draw {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Of [0, 1): mulberry32. */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
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
