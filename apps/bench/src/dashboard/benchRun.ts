import type { Introduction, Starting } from '../browser/protocol.ts'
import { type Session, StoppedError } from '../browser/session.ts'
import type { BenchCase } from '../cases/recurrentCases.ts'
import type { Comparison, Step } from '../measure/compareRecurrent.ts'
import type { Effort } from '../measure/rounds.ts'

/** What is to be run. */
export interface Plan {
  readonly cases: readonly BenchCase[]
  readonly contenders: readonly string[]
  readonly effort: Effort
  /** Whether to measure memory, too. */
  readonly memory: boolean
}

/** Where a run is. */
export type Place =
  | { readonly at: 'introducing'; readonly step: Step | Starting | null }
  | { readonly at: 'measuring'; readonly index: number; readonly step: Step | Starting | null }
  | { readonly at: 'paused'; readonly index: number }

/** Whether the page is visible. Browsers slow down pages in the background, so figures measured there mean nothing. */
export interface Visibility {
  readonly isHidden: () => boolean
  /** @returns stops listening */
  readonly onChange: (listener: () => void) => () => void
}

export const visibilityOfPage: Visibility = {
  isHidden: () => document.visibilityState === 'hidden',
  onChange: (listener) => {
    document.addEventListener('visibilitychange', listener)
    return () => document.removeEventListener('visibilitychange', listener)
  },
}

interface Hooks {
  readonly signal: AbortSignal
  readonly visibility: Visibility
  readonly onPlace: (place: Place) => void
  readonly onIntroduction: (introduction: Introduction) => void
  /** Told at the end of each case. One that learns has a comparison of each pass. */
  readonly onCase: (comparisons: readonly Comparison[]) => void
}

/**
 * Runs case after case. Nothing is measured while the page is hidden: the case that was running then starts again.
 * @throws StoppedError if the signal aborts; what was reported until then stays valid
 */
export async function runPlan(plan: Plan, session: Session, hooks: Hooks): Promise<void> {
  const { signal, onPlace, onIntroduction, onCase } = hooks
  onPlace({ at: 'introducing', step: null })
  const introduction = await session.introduce(plan.contenders, {
    signal,
    onStep: (step) => onPlace({ at: 'introducing', step }),
  })
  onIntroduction(introduction)
  const names = introduction.contenders.map(({ name }) => name)
  for (const [index, benchCase] of plan.cases.entries()) {
    onCase(
      await whileVisible(hooks, index, async (watched) => {
        onPlace({ at: 'measuring', index, step: null })
        const watch = {
          signal: watched,
          onStep: (step: Step | Starting) => onPlace({ at: 'measuring', index, step }),
        }
        const comparisons = await session.compare(benchCase, names, plan.effort, watch)
        if (!plan.memory) return comparisons
        const measured: Comparison[] = []
        for (const each of comparisons) measured.push(await session.withMemory(each, watch))
        return measured
      }),
    )
  }
}

/** Repeats the work until the page was visible throughout. */
async function whileVisible<Result>(
  { signal, visibility, onPlace }: Hooks,
  index: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  for (;;) {
    if (visibility.isHidden()) {
      onPlace({ at: 'paused', index })
      await becomesVisible(visibility, signal)
    }
    const hidden = new AbortController()
    const unwatch = visibility.onChange(() => {
      if (visibility.isHidden()) hidden.abort()
    })
    try {
      return await work(AbortSignal.any([signal, hidden.signal]))
    } catch (error) {
      if (!(error instanceof StoppedError) || signal.aborted || !hidden.signal.aborted) throw error
    } finally {
      unwatch()
    }
  }
}

function becomesVisible({ isHidden, onChange }: Visibility, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      unwatch()
      signal.removeEventListener('abort', stop)
    }
    const stop = (): void => {
      end()
      reject(new StoppedError('the run was stopped'))
    }
    const unwatch = onChange(() => {
      if (isHidden()) return
      end()
      resolve()
    })
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
  })
}
