import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { BenchCase } from './cases/recurrentCases.ts'
import { type Made, makeContenders } from './contenders/makeContenders.ts'
import { nodeContenders } from './contenders/nodeContenders.ts'
import { compareCase } from './measure/compareCase.ts'
import type { Comparison } from './measure/compareRecurrent.ts'
import type { Effort } from './measure/rounds.ts'
import type { ContenderName } from './result/environment.ts'
import { makeRoof } from './roofline/multiplyAddRoof.ts'
import { makeThreadedRoof } from './roofline/threadedRoof.ts'

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
  /** Names of contenders that are not installed. */
  readonly missing: readonly string[]
  /** Contenders that could not be started. */
  readonly failed: Made['failed']
  /** The instructions that make the roof. */
  readonly roof: string
  /** The browser and its version; empty in this process. */
  readonly browser: string
  /** A case that learns has a comparison of each pass. */
  compare(benchCase: BenchCase, measuring: Measuring): Promise<readonly Comparison[]>
  close(): Promise<void>
}

/** Runs them in this process. */
export async function runInNode(names: readonly string[], threads: number): Promise<Runner> {
  // Lets rounds collect garbage between contenders.
  setFlagsFromString('--expose-gc')
  globalThis.gc ??= runInNewContext('gc')
  const { contenders, missing, failed } = await makeContenders(nodeContenders, names, threads)
  const roof = makeRoof()
  const threadedRoof = threads > 1 ? await makeThreadedRoof(threads) : undefined
  return {
    contenders,
    missing,
    failed,
    roof: roof.instructions,
    browser: '',
    compare: (benchCase, { effort, onRound }) => {
      let last = Number.NaN
      return compareCase(benchCase, contenders, {
        roof,
        threadedRoof,
        effort,
        onStep: ({ doing, round, rounds }) => {
          const isTimed = doing === 'warm-up' || doing === 'measure'
          if (isTimed && round !== last) onRound(round, rounds)
          if (isTimed) last = round
        },
      })
    },
    close: async () => {
      await threadedRoof?.close()
      for (const contender of contenders) await contender.close?.()
    },
  }
}
