import type { ReadProgress } from '../source/readContext.ts'
import { sizeText } from './table.ts'

/** Where a command reports to, and what it may do there. */
export interface Terminal {
  /** A line of the result. */
  out(line: string): void
  /** A line beside the result: errors, notes. */
  err(line: string): void
  /** Replaces the last progress line; an empty one clears it. Null where nobody looks at stderr. */
  readonly progress: ((line: string) => void) | null
  /** Of this package, for `--version`. */
  readonly version: string
}

/** Wrong use: exit code 2. */
export class UsageError extends Error {}

/** A result that cannot be written: exit code 1. */
export class OutputError extends Error {}

/** From here on reading takes long enough to show how far it is. */
const shownFrom = 32_000_000

/** Shows progress of large reads, at most ten times a second; undefined where nobody would see it. */
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
