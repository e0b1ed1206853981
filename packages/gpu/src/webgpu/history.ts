import type { Handle } from '../gpujs/types.ts'
import type { Collector } from '../schedule/emitter.ts'
import type { Launch } from './launch.ts'
import { below } from './sources.ts'

/** How many matrices a kernel joins. With its result these are 8 buffers, which every device allows. */
const fanIn = 7

interface Part {
  readonly handle: Handle
  readonly rows: number
}

/**
 * Gathers the results of timesteps into one matrix while they are computed: seven of them into one, seven of those into
 * one, and so on. So few buffers are in use at a time, for one launch every six timesteps.
 */
export class History implements Collector<Handle> {
  readonly #launch: Launch
  readonly #columns: number
  readonly #rows: number
  readonly #reversed: boolean
  /**
   * The parts that are left to join, in the order of adding: at 0 those of one timestep, at 1 those joined once, and so
   * on.
   */
  readonly #levels: Part[][] = []

  /**
   * @param columns how many of the first columns of each result are gathered
   * @param rows of a result: `N`
   * @param reversed whether the last timestep is added first
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

  /** Everything that was added, ordered by time. */
  gathered(): Handle {
    let parts = this.#levels.toReversed().flat()
    // A single result is copied too: it may have more columns than are gathered.
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
