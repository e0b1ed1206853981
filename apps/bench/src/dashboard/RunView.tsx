import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { type BenchCase, cases, describeCase, lengths } from '../cases/recurrentCases.ts'
import { allTrainingCases } from '../cases/trainingCases.ts'
import { engineNames, own, ownOnOneThread, pagePeers, pagePeersOnGpu } from '../contenders/contenderNames.ts'
import { brief, type Effort, quick, thorough } from '../measure/rounds.ts'
import { CaseTable } from './CaseTable.tsx'
import { Progress } from './Progress.tsx'
import { presetNames, presetOf } from './presets.ts'
import type { Run } from './runs.ts'
import type { Texts } from './texts.ts'
import { asRun, useBenchRun } from './useBenchRun.ts'

/** All contenders that can be chosen, in the order in which they are measured. */
const choices = [...engineNames, ...pagePeers, ...pagePeersOnGpu]

const efforts: readonly Effort[] = [quick, thorough, brief]
const runnable: readonly BenchCase[] = [...cases, ...lengths, ...allTrainingCases]

interface Props {
  readonly words: Texts
  /** Called to show what was measured. */
  readonly onResult: (run: Run) => void
}

/** The view in which a reader chooses cases, runs them, and watches. */
export function RunView({ words, onResult }: Props): VNode {
  const says = words.runInNode
  const descriptions = new Map(Object.entries(says.descriptions))
  const { run, start, stop } = useBenchRun()
  const [caseNames, setCases] = useState<readonly string[]>(() => presetOf(runnable, 'small'))
  const [names, setNames] = useState<readonly string[]>([own, 'onnxruntime-web'])
  const [threads, setThreads] = useState(1)
  const [effort, setEffort] = useState<Effort>(quick)
  const [memory, setMemory] = useState(false)
  const isRunning = run !== null && run.end === null
  const measured = run === null ? null : asRun(run)
  const chosen = choices.filter((name) => names.includes(name) && (name !== ownOnOneThread || threads > 1))

  if (!canRun()) return <p class="fault">{says.noWebAssembly}</p>
  return (
    <>
      <p>{says.lead}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (isRunning) stop()
          else
            start(
              {
                cases: runnable.filter(({ name }) => caseNames.includes(name)),
                contenders: chosen,
                effort,
                memory,
              },
              threads,
            )
        }}
      >
        <fieldset class="checks" disabled={isRunning}>
          <legend>{says.presets}</legend>
          {presetNames.map((preset) => {
            const own = presetOf(runnable, preset)
            return (
              <label key={preset}>
                <input
                  type="checkbox"
                  checked={own.every((name) => caseNames.includes(name))}
                  onChange={({ currentTarget }) =>
                    setCases(
                      currentTarget.checked
                        ? [...new Set([...caseNames, ...own])]
                        : caseNames.filter((name) => !own.includes(name)),
                    )
                  }
                />
                {says.presetNames[preset]} <small>{own.length}</small>
              </label>
            )
          })}
        </fieldset>
        <details>
          <summary>{says.single}</summary>
          <fieldset class="checks many" disabled={isRunning}>
            <legend class="hidden">{says.single}</legend>
            {runnable.map((each) => (
              <label key={each.name}>
                <input
                  type="checkbox"
                  checked={caseNames.includes(each.name)}
                  onChange={({ currentTarget }) =>
                    setCases(
                      currentTarget.checked
                        ? [...caseNames, each.name]
                        : caseNames.filter((name) => name !== each.name),
                    )
                  }
                />
                {each.name} <small>{describeCase(each)}</small>
              </label>
            ))}
          </fieldset>
        </details>
        <fieldset class="checks" disabled={isRunning}>
          <legend>{says.contenders}</legend>
          {choices
            .filter((name) => name !== ownOnOneThread || threads > 1)
            .map((name) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={names.includes(name)}
                  disabled={name === own}
                  onChange={({ currentTarget }) =>
                    setNames(currentTarget.checked ? [...names, name] : names.filter((each) => each !== name))
                  }
                />
                {name} <small>{descriptions.get(name)}</small>
              </label>
            ))}
        </fieldset>
        <div class="bar">
          <label>
            {says.effort}
            <select
              value={effort.name}
              disabled={isRunning}
              onChange={({ currentTarget }) =>
                setEffort(efforts.find(({ name }) => name === currentTarget.value) ?? quick)
              }
            >
              {efforts.map(({ name }) => (
                <option key={name} value={name}>
                  {says.efforts[name]}
                </option>
              ))}
            </select>
          </label>
          <label>
            {says.threads}
            <input
              type="number"
              min={1}
              max={navigator.hardwareConcurrency}
              value={threads}
              disabled={isRunning || !crossOriginIsolated}
              onChange={({ currentTarget }) => {
                const most = navigator.hardwareConcurrency
                setThreads(Math.min(most, Math.max(1, Math.round(currentTarget.valueAsNumber) || 1)))
              }}
            />
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={memory}
              disabled={isRunning}
              onChange={({ currentTarget }) => setMemory(currentTarget.checked)}
            />
            {says.memory}
          </label>
          <button type="submit" class="primary" disabled={!isRunning && caseNames.length === 0}>
            {isRunning ? says.stop : says.start}
          </button>
        </div>
        {caseNames.length === 0 && <p>{says.choose}</p>}
        {!crossOriginIsolated && <p class="note">{says.noThreads}</p>}
      </form>
      {run !== null && <Progress words={words} run={run} />}
      {measured !== null && (
        <>
          <CaseTable words={words} result={measured.result} cases={measured.result.cases} />
          {!isRunning && (
            <button type="button" onClick={() => onResult(measured)}>
              {words.views.results}
            </button>
          )}
        </>
      )}
    </>
  )
}

/** Whether this browser has what our engine and its worker need. */
function canRun(): boolean {
  return typeof WebAssembly === 'object' && typeof Worker === 'function'
}
