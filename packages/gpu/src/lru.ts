/** A map that forgets what was used longest ago, but only when told to {@link Lru.trim}: what is in use is not freed. */
export class Lru<T> {
  readonly #limit: number
  readonly #free: (value: T) => void
  readonly #entries = new Map<string, T>()

  /**
   * @param limit entries that {@link Lru.trim} leaves
   * @param free gives back what an entry holds
   */
  constructor(limit: number, free: (value: T) => void) {
    this.#limit = limit
    this.#free = free
  }

  get size(): number {
    return this.#entries.size
  }

  /** The entry of `key`, made if there is none. */
  get(key: string, make: () => T): T {
    const found = this.#entries.get(key) ?? make()
    this.#entries.delete(key)
    this.#entries.set(key, found)
    return found
  }

  values(): Iterable<T> {
    return this.#entries.values()
  }

  delete(key: string): void {
    const found = this.#entries.get(key)
    this.#entries.delete(key)
    if (found !== undefined) this.#free(found)
  }

  trim(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) return
      this.delete(key)
    }
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.delete(key)
  }
}
