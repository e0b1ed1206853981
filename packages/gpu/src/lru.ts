/**
 * A map with a limited number of entries. {@link Lru.trim} removes those that were used longest ago; nothing else does,
 * so that no entry is freed while it is in use.
 */
export class Lru<T> {
  readonly #limit: number
  readonly #free: (value: T) => void
  readonly #entries = new Map<string, T>()

  /**
   * @param limit how many entries {@link Lru.trim} leaves
   * @param free frees what an entry holds
   */
  constructor(limit: number, free: (value: T) => void) {
    this.#limit = limit
    this.#free = free
  }

  get size(): number {
    return this.#entries.size
  }

  /** The entry of `key`, made if it is missing. */
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
