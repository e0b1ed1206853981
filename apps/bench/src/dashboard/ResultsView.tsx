import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { own } from '../contenders/contenderNames.ts'
import type { CaseResult } from '../result/resultFile.ts'
import { CaseTable } from './CaseTable.tsx'
import { CompareTable } from './CompareTable.tsx'
import { EnvironmentView } from './EnvironmentView.tsx'
import { FigureView } from './FigureView.tsx'
import { type Filter, Filters, noFilter, passes } from './Filters.tsx'
import { allFigures } from './figures/allFigures.ts'
import { Means } from './Means.tsx'
import { explain, openFile } from './openFile.ts'
import { Promises } from './Promises.tsx'
import { nameOf, type Run } from './runs.ts'
import { SaveButtons } from './SaveButtons.tsx'
import type { Texts } from './texts.ts'
import { useColours } from './theme.ts'

interface Props {
  readonly words: Texts
  readonly runs: readonly Run[]
  /** Id of the run that is shown; null for the first. */
  readonly shown: string | null
  readonly onShow: (id: string) => void
  readonly onOpen: (run: Run) => void
  readonly onFault: (fault: string) => void
}

/** A run, or two beside each other: filters, table, promises, plots. */
export function ResultsView({ words, runs, shown, onShow, onOpen, onFault }: Props): VNode {
  const run = runs.find(({ id }) => id === shown) ?? runs[0]
  const [otherId, setOther] = useState('')
  const [filter, setFilter] = useState<Filter>(noFilter)
  const colours = useColours()
  const figures = useMemo(
    () =>
      run === undefined
        ? []
        : allFigures(casesOf(run, filter), casesOf(run, { ...filter, pass: null }), runs, run, words),
    [run, runs, filter, words],
  )
  if (run === undefined) return <p>{words.noCases}</p>
  const cases = casesOf(run, filter)
  const other = runs.find(({ id }) => id === otherId && id !== run.id)

  return (
    <>
      <div class="bar">
        <label>
          {words.run}
          <select value={run.id} onChange={({ currentTarget }) => onShow(currentTarget.value)}>
            {runs.map((each) => (
              <option key={each.id} value={each.id}>
                {nameOf(each, words)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.compareWith}
          <select value={other?.id ?? ''} onChange={({ currentTarget }) => setOther(currentTarget.value)}>
            <option value="">{words.nothing}</option>
            {runs
              .filter(({ id }) => id !== run.id)
              .map((each) => (
                <option key={each.id} value={each.id}>
                  {nameOf(each, words)}
                </option>
              ))}
          </select>
        </label>
        <label class="file">
          {words.open}
          <input
            type="file"
            accept=".json,application/json"
            onChange={async ({ currentTarget }) => {
              const [file] = currentTarget.files ?? []
              if (file === undefined) return
              try {
                onOpen(await openFile(file))
              } catch (error) {
                onFault(explain(error, file.name, words))
              }
              currentTarget.value = ''
            }}
          />
        </label>
      </div>
      <EnvironmentView words={words} run={run} />
      <Filters words={words} run={run} filter={filter} onChange={setFilter} />
      <Means words={words} cases={cases} />
      <h2>{words.table}</h2>
      {cases.length === 0 ? (
        <p>{words.noCases}</p>
      ) : other === undefined ? (
        <CaseTable words={words} result={run.result} cases={cases} />
      ) : (
        <CompareTable words={words} cases={cases} other={other} />
      )}
      <SaveButtons words={words} run={run} />
      <Promises words={words} result={run.result} />
      <h2>{words.plots}</h2>
      {figures.map((figure) => (
        <FigureView key={figure.id} words={words} figure={figure} colours={colours} runId={run.id} />
      ))}
    </>
  )
}

/** The cases that pass the filter, with the contenders that are shown. */
function casesOf({ result }: Run, filter: Filter): readonly CaseResult[] {
  return result.cases
    .filter((each) => passes(each, filter))
    .map((each) => ({
      ...each,
      results: each.results.filter(
        ({ contender }) => contender === own || filter.hidden.every((name) => name !== contender),
      ),
    }))
}
