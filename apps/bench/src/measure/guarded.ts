import type { Timer } from './rounds.ts'

/** A timer that reports the first error. From then on it does nothing. */
export function guarded(time: Timer, onFailure: (reason: string) => void): Timer {
  let failed = false
  return async (ms) => {
    if (failed) return [0]
    try {
      return await time(ms)
    } catch (error) {
      failed = true
      onFailure(messageOf(error))
      return [0]
    }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
