import type { VNode } from 'preact'
import { passes as everyPass, type Pass } from '../cases/training.ts'
import { inOrder, own } from '../contenders/contenderNames.ts'
import type { CaseResult } from '../result/resultFile.ts'
import type { Run } from './runs.ts'
import type { Texts } from './texts.ts'

/** Which cases and contenders are shown; null and an empty list stand for all. */
export interface Filter {
  readonly mode: string | null
  readonly hiddenSize: number | null
  readonly batch: number | null
  readonly kind: Kind | null
  /** Which pass of the cases that learn is shown; null for all. */
  readonly pass: Pass | null
  /** Names of contenders that are not shown. */
  readonly hidden: readonly string[]
}

export const noFilter: Filter = {
  mode: null,
  hiddenSize: null,
  batch: null,
  kind: null,
  pass: 'step',
  hidden: [],
}

const kinds = ['named', 'streaming', 'training', 'grid', 'gpu'] as const
type Kind = (typeof kinds)[number]

function kindOf({ name, streaming, training }: CaseResult): Kind {
  if (training !== undefined) return 'training'
  if (streaming) return 'streaming'
  return name.startsWith('grid-') ? 'grid' : name.startsWith('gpu-') ? 'gpu' : 'named'
}

export function passes(result: CaseResult, { mode, hiddenSize, batch, kind, pass }: Filter): boolean {
  return (
    (mode === null || result.mode === mode) &&
    (hiddenSize === null || result.hiddenSize === hiddenSize) &&
    (batch === null || result.N === batch) &&
    (kind === null || kindOf(result) === kind) &&
    (pass === null || result.training === undefined || result.training.pass === pass)
  )
}

interface Props {
  readonly words: Texts
  readonly run: Run
  readonly filter: Filter
  readonly onChange: (filter: Filter) => void
}

export function Filters({ words, run, filter, onChange }: Props): VNode {
  const { cases } = run.result
  const modes = [...new Set(cases.map(({ mode }) => mode))]
  const numbers = (of: (result: CaseResult) => number): number[] =>
    [...new Set(cases.map(of))].sort((a, b) => a - b)
  const found = kinds.filter((kind) => cases.some((each) => kindOf(each) === kind))
  const timed = everyPass.filter((pass) => cases.some(({ training }) => training?.pass === pass))
  const peers = inOrder(cases.flatMap(({ results }) => results.map(({ contender }) => contender))).filter(
    (name) => name !== own,
  )
  return (
    <div class="bar">
      <Choice
        words={words}
        label={words.mode}
        value={filter.mode}
        values={modes}
        onChange={(mode) => onChange({ ...filter, mode })}
      />
      <Choice
        words={words}
        label={words.size}
        value={filter.hiddenSize}
        values={numbers(({ hiddenSize }) => hiddenSize)}
        onChange={(hiddenSize) => onChange({ ...filter, hiddenSize })}
      />
      <Choice
        words={words}
        label={words.batch}
        value={filter.batch}
        values={numbers(({ N }) => N)}
        onChange={(batch) => onChange({ ...filter, batch })}
      />
      <Choice
        words={words}
        label={words.kind}
        value={filter.kind}
        values={found}
        name={(kind) => words.kinds[kind]}
        onChange={(kind) => onChange({ ...filter, kind })}
      />
      {timed.length > 0 && (
        <Choice
          words={words}
          label={words.pass}
          value={filter.pass}
          values={timed}
          name={(pass) => words.passes[pass]}
          onChange={(pass) => onChange({ ...filter, pass })}
        />
      )}
      <fieldset class="checks">
        <legend>{words.peers}</legend>
        {peers.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={!filter.hidden.includes(name)}
              onChange={({ currentTarget }) =>
                onChange({
                  ...filter,
                  hidden: currentTarget.checked
                    ? filter.hidden.filter((each) => each !== name)
                    : [...filter.hidden, name],
                })
              }
            />
            {name}
          </label>
        ))}
      </fieldset>
    </div>
  )
}

interface ChoiceProps<Value> {
  readonly words: Texts
  readonly label: string
  readonly value: Value | null
  readonly values: readonly Value[]
  readonly name?: (value: Value) => string
  readonly onChange: (value: Value | null) => void
}

function Choice<Value extends string | number>({
  words,
  label,
  value,
  values,
  name = String,
  onChange,
}: ChoiceProps<Value>): VNode {
  return (
    <label>
      {label}
      <select
        value={value === null ? '' : String(value)}
        onChange={({ currentTarget }) =>
          onChange(values.find((each) => String(each) === currentTarget.value) ?? null)
        }
      >
        <option value="">{words.all}</option>
        {values.map((each) => (
          <option key={each} value={String(each)}>
            {name(each)}
          </option>
        ))}
      </select>
    </label>
  )
}
