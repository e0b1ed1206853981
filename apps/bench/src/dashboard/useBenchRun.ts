import { useRef, useState } from 'preact/hooks'
import type { Introduction } from '../browser/protocol.ts'
import { Session, StoppedError } from '../browser/session.ts'
import type { Comparison } from '../measure/compareRecurrent.ts'
import { toResultFile } from '../result/toResultFile.ts'
import { type Place, type Plan, runPlan, visibilityOfPage } from './benchRun.ts'
import { environmentOfPage } from './environmentOfPage.ts'
import { peerFiles } from './peerFiles.ts'
import type { Run } from './runs.ts'

/** A run in this page, as far as it has come. */
export interface BenchRun {
  readonly plan: Plan
  readonly threads: number
  /** When it started, in ms of performance.now(). */
  readonly start: number
  /** Null once it has ended. */
  readonly place: Place | null
  readonly introduction: Introduction | null
  readonly comparisons: readonly Comparison[]
  /** How many cases have ended. */
  readonly done: number
  readonly end: 'done' | 'stopped' | { readonly threw: string } | null
}

interface Controls {
  readonly run: BenchRun | null
  readonly start: (plan: Plan, threads: number) => void
  readonly stop: () => void
}

export function useBenchRun(): Controls {
  const [run, setRun] = useState<BenchRun | null>(null)
  const controller = useRef<AbortController | null>(null)

  const start = async (plan: Plan, threads: number): Promise<void> => {
    const own = new AbortController()
    controller.current = own
    const { signal } = own
    /** Changes this run, unless another has begun since. */
    const change = (changed: (before: BenchRun) => Partial<BenchRun>): void =>
      setRun((before) =>
        before === null || controller.current !== own ? before : { ...before, ...changed(before) },
      )
    setRun({
      plan,
      threads,
      start: performance.now(),
      place: null,
      introduction: null,
      comparisons: [],
      done: 0,
      end: null,
    })
    const session = new Session({
      startWorker: () => new Worker(new URL('../browser/worker.ts', import.meta.url), { type: 'module' }),
      files: peerFiles,
      threads,
    })
    try {
      await runPlan(plan, session, {
        signal,
        visibility: visibilityOfPage,
        // A place that is reported late must not revive a run that has ended.
        onPlace: seldom((place) => change(({ end }) => (end === null ? { place } : {}))),
        onIntroduction: (introduction) => change(() => ({ introduction })),
        onCase: (found) =>
          change(({ comparisons, done }) => ({ comparisons: [...comparisons, ...found], done: done + 1 })),
      })
      change(() => ({ place: null, end: 'done' }))
    } catch (error) {
      const threw = error instanceof Error ? error.message : String(error)
      change(() => ({ place: null, end: error instanceof StoppedError ? 'stopped' : { threw } }))
    }
  }
  return { run, start: (plan, threads) => void start(plan, threads), stop: () => controller.current?.abort() }
}

/** Milliseconds between two updates of a case's progress. Drawing takes time away from what is measured. */
const quiet = 500

/** Shows a new case or state at once. Steps within a case are shown now and then, the latest of them. */
function seldom(show: (place: Place) => void): (place: Place) => void {
  let shown = { key: '', time: 0 }
  let latest: Place | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const draw = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (latest === null) return
    shown = { key: keyOf(latest), time: performance.now() }
    show(latest)
  }
  return (place) => {
    latest = place
    const wait = shown.time + quiet - performance.now()
    if (keyOf(place) !== shown.key || wait <= 0) draw()
    else timer ??= setTimeout(draw, wait)
  }
}

function keyOf(place: Place): string {
  return 'index' in place ? `${place.at} ${place.index}` : place.at
}

/** What was measured so far, as a run; null if that is nothing. */
export function asRun({ introduction, comparisons, plan, threads }: BenchRun): Run | null {
  if (introduction === null || comparisons.length === 0) return null
  const environment = environmentOfPage(introduction, threads, comparisons)
  return {
    id: `here-${environment.date.slice(0, 16).replace(/[:T]/g, '-')}`,
    source: 'here',
    result: toResultFile(environment, plan.effort, comparisons),
  }
}
