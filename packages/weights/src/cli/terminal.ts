import type { ReadProgress } from '../source/readContext.ts'
import { sizeText } from './table.ts'

/** How a command writes to the terminal. */
export interface Terminal {
  /** A line of the result. */
  out(line: string): void
  /** A line beside the result: errors, notes. */
  err(line: string): void
  /** Replaces the last progress line; an empty one clears it. Null if stderr is no terminal. */
  readonly progress: ((line: string) => void) | null
  /** The version of this package, for `--version`. */
  readonly version: string
}

/** Wrong use: exit code 2. */
export class UsageError extends Error {}

/** A result that cannot be written: exit code 1. */
export class OutputError extends Error {}

/** Files from this size on take long enough to show progress. */
const shownFrom = 32_000_000

/** Shows the progress of large reads, at most ten times a second; undefined if nobody would see it. */
export function progressOf(terminal: Terminal, what: string): ((progress: ReadProgress) => void) | undefined {
  const { progress } = terminal
  if (progress === null) return undefined
  let last = 0
  return ({ loaded, total }) => {
    if (total < shownFrom) return
    if (loaded === total) {
      progress('')
      return
    }
    if (Date.now() - last < 100) return
    last = Date.now()
    progress(`${what}: ${sizeText(loaded)} of ${sizeText(total)}, ${Math.floor((100 * loaded) / total)} %`)
  }
}
