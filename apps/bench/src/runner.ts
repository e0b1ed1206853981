import type { BenchCase } from './cases.ts'
import { type Comparison, compare } from './compare.ts'
import type { Contender } from './contender.ts'
import { everybody } from './contenders.ts'
import { makeContenders } from './engines.ts'
import { makeRoof } from './roof.ts'
import type { Effort } from './rounds.ts'

/** Where the contenders run: this process, or a browser. */
export interface Runner {
  readonly contenders: readonly Pick<Contender, 'name' | 'variant'>[]
  /** Names of those who are not installed. */
  readonly missing: readonly string[]
  /** The instructions that make the roof. */
  readonly roof: string
  /** The browser and its version; empty in this process. */
  readonly browser: string
  /**
   * @param onRound as in timeRounds
   * @throws DisagreementError if outputs differ
   */
  compare(
    benchCase: BenchCase,
    effort: Effort,
    onRound: (round: number, rounds: number) => void,
  ): Promise<Comparison>
  close(): Promise<void>
}

/** Runs them in this process. */
export async function runHere(names: readonly string[], threads: number): Promise<Runner> {
  const { contenders, missing } = await makeContenders(everybody, names, threads)
  const roof = makeRoof()
  return {
    contenders,
    missing,
    roof: roof.instructions,
    browser: '',
    compare: (benchCase, effort, onRound) => compare(benchCase, contenders, { roof, effort, onRound }),
    close: async () => {
      for (const contender of contenders) await contender.close?.()
    },
  }
}
