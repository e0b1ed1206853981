import type { VNode } from 'preact'
import type { Texts } from './texts.ts'
import type { BenchRun } from './useBenchRun.ts'

/** How far a run is, or how it ended; who failed, and whether the others agree. */
export function Progress({ words, run }: { readonly words: Texts; readonly run: BenchRun }): VNode {
  const { place, plan, comparisons, introduction, end } = run
  const says = words.runInNode
  const all = plan.cases.length
  const failures = [
    ...(introduction?.failed ?? []).map((failure) => ({ ...failure, name: '' })),
    ...eachOnce(
      comparisons.flatMap(({ benchCase, failed }) =>
        failed.map((failure) => ({ ...failure, name: benchCase.training?.of ?? benchCase.name })),
      ),
    ),
  ]
  const differences = comparisons.flatMap(({ results }) =>
    results.flatMap(({ difference }) => difference ?? []),
  )
  return (
    <section class="progress" aria-label={says.start}>
      {end === null && <progress max={all} value={run.done + share(run)} aria-label={says.start} />}
      <p role="status">
        {place?.at === 'introducing' && says.introducing}
        {place?.at === 'measuring' &&
          `${says.progress(place.index + 1, all, plan.cases[place.index]?.name ?? '')}. ${says.left(
            timeOf(secondsLeft(run), words),
          )}`}
        {place?.at === 'paused' && says.paused}
        {end === 'done' && says.done}
        {end === 'stopped' && says.stopped}
        {end !== null && typeof end === 'object' && says.threw(end.threw)}
      </p>
      {/* Changes many times a second: not for screen readers. */}
      <p class="note" aria-hidden="true">
        {place !== null && place.at !== 'paused' && place.step !== null
          ? stepOf(place.step, words)
          : '\u00a0'}
      </p>
      {failures.map(({ contender, reason, name }) => (
        <p key={`${contender} ${name}`} class="fault">
          {name !== '' && `${name}: `}
          {words.failed(contender, reason)}
        </p>
      ))}
      {(introduction?.missing ?? []).map((name) => (
        <p key={name}>{words.absent(name, words.facts.notInstalled)}</p>
      ))}
      {end !== null && failures.length === 0 && differences.length > 0 && (
        <p>{says.agreed(Math.max(...differences).toExponential(1))}</p>
      )}
    </section>
  )
}

type AnyStep = NonNullable<Extract<BenchRun['place'], { at: 'measuring' }>['step']>

function stepOf(step: AnyStep, { runInNode: { steps } }: Texts): string {
  if (step.doing === 'measure') return steps.measure(step.contender, step.round + 1, step.rounds)
  return steps[step.doing](step.contender)
}

/** How much of its case is done. */
function share({ place }: BenchRun): number {
  if (place?.at !== 'measuring' || place.step === null || !('round' in place.step)) return 0
  const { doing, round, rounds } = place.step
  return doing === 'measure' ? 0.5 + (0.5 * round) / rounds : doing === 'warm-up' ? 0.25 : 0
}

interface Failure {
  readonly contender: string
  readonly reason: string
  readonly name: string
}

/** Who fails in a case that learns is named by each of its passes. */
function eachOnce(failures: readonly Failure[]): readonly Failure[] {
  return [...new Map(failures.map((each) => [`${each.contender} ${each.name}`, each])).values()]
}

/** About how many seconds it takes to load a contender in each case. */
const loadingSeconds = 0.5

function secondsLeft(run: BenchRun): number {
  const { plan, done, start } = run
  const { warmUpMs, measureMs } = plan.effort
  const planned = plan.contenders.length * ((warmUpMs + measureMs) / 1000 + loadingSeconds)
  const perCase = done === 0 ? planned : (performance.now() - start) / 1000 / done
  return Math.max(1, perCase * (plan.cases.length - done - share(run)))
}

function timeOf(seconds: number, { runInNode: { minutes, seconds: inSeconds } }: Texts): string {
  return seconds < 90 ? inSeconds(Math.ceil(seconds)) : minutes(Math.ceil(seconds / 60))
}
