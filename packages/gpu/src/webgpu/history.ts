import type { Handle } from '../gpujs/types.ts'
import { below } from './sources.ts'
import type { Launch } from './trace.ts'

/** Matrices a kernel joins: with its result 8 buffers, as many as every device has. */
const fanIn = 7

interface Part {
  readonly handle: Handle
  readonly rows: number
}

/**
 * Gathers the hidden states of a direction into one matrix `(T * N, P)` while they are computed: seven of them into one,
 * seven of those into one, and so on, so that few are alive at a time. That is a launch for every six timesteps.
 */
export class History {
  readonly #launch: Launch
  readonly #columns: number
  readonly #rows: number
  readonly #reversed: boolean
  /** Parts not joined yet, by how often they were joined, each in the order of adding. */
  readonly #levels: Part[][] = []

  /**
   * @param columns of each state that count: `P`
   * @param rows of a state: `N`
   * @param reversed the last timestep is added first
   */
  constructor(launch: Launch, columns: number, rows: number, reversed: boolean) {
    this.#launch = launch
    this.#columns = columns
    this.#rows = rows
    this.#reversed = reversed
  }

  add(handle: Handle): void {
    let part: Part = { handle, rows: this.#rows }
    for (let level = 0; ; level++) {
      const parts = this.#levels[level] ?? []
      this.#levels[level] = parts
      parts.push(part)
      if (parts.length < fanIn) return
      part = this.#join(parts.splice(0))
    }
  }

  /** All that was added, first timestep first. */
  gathered(): Handle {
    let parts = this.#levels.toReversed().flat()
    // One alone may be a state with more columns than count.
    do {
      const joined: Part[] = []
      for (let i = 0; i < parts.length; i += fanIn) joined.push(this.#join(parts.slice(i, i + fanIn)))
      parts = joined
    } while (parts.length > 1)
    const [whole] = parts
    if (!whole) throw new Error('History: nothing was added')
    return whole.handle
  }

  #join(parts: readonly Part[]): Part {
    const ordered = this.#reversed ? parts.toReversed() : parts
    const rows = ordered.reduce((total, part) => total + part.rows, 0)
    const source = below(ordered.map((part) => part.rows))
    const size = { rows, columns: this.#columns }
    return {
      handle: this.#launch(
        source,
        size,
        ordered.map((part) => part.handle),
      ),
      rows,
    }
  }
}
