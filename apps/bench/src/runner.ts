import type { BenchCase } from './cases.ts'
import { type Comparison, compare } from './compare.ts'
import { everybody } from './contenders.ts'
import { type Made, makeContenders } from './engines.ts'
import type { ContenderName } from './environment.ts'
import { makeRoof } from './roof.ts'
import type { Effort } from './rounds.ts'

interface Measuring {
  readonly effort: Effort
  /** Whether to measure memory, too, where that can be done. */
  readonly memory: boolean
  /** Told before each round with its number, from 0, and how many there are; -1 before the warm-up. */
  readonly onRound: (round: number, rounds: number) => void
}

/** Where the contenders run: this process, or a browser. */
export interface Runner {
  readonly contenders: readonly ContenderName[]
  /** Names of those who are not installed. */
  readonly missing: readonly string[]
  /** Those who could not be started. */
  readonly failed: Made['failed']
  /** The instructions that make the roof. */
  readonly roof: string
  /** The browser and its version; empty in this process. */
  readonly browser: string
  compare(benchCase: BenchCase, measuring: Measuring): Promise<Comparison>
  close(): Promise<void>
}

/** Runs them in this process. */
export async function runHere(names: readonly string[], threads: number): Promise<Runner> {
  const { contenders, missing, failed } = await makeContenders(everybody, names, threads)
  const roof = makeRoof()
  return {
    contenders,
    missing,
    failed,
    roof: roof.instructions,
    browser: '',
    compare: (benchCase, { effort, onRound }) => {
      let last = Number.NaN
      return compare(benchCase, contenders, {
        roof,
        effort,
        onStep: ({ doing, round, rounds }) => {
          const isTimed = doing === 'warm-up' || doing === 'measure'
          if (isTimed && round !== last) onRound(round, rounds)
          if (isTimed) last = round
        },
      })
    },
    close: async () => {
      for (const contender of contenders) await contender.close?.()
    },
  }
}
