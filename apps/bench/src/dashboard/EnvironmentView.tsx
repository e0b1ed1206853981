import type { VNode } from 'preact'
import { commandOf } from './command.ts'
import { machineOf, placeOf, type Run } from './runs.ts'
import type { Texts } from './texts.ts'

/** The environment of a run, and the command that measures it again. */
export function EnvironmentView({ words, run }: { readonly words: Texts; readonly run: Run }): VNode {
  const { environment, effort } = run.result
  const { name, minRounds, maxRounds, warmUpMs } = effort
  return (
    <details class="environment">
      <summary>
        {words.environment}: {placeOf(run.result)}, {machineOf(run.result)}, {environment.date.slice(0, 10)}
      </summary>
      <dl>
        {Object.entries(words.facts).map(([key, title]) => {
          const value = Reflect.get(environment, key)
          return typeof value === 'string' && value !== '' ? (
            <div key={key}>
              <dt>{title}</dt>
              <dd>{key === 'date' ? value.slice(0, 16).replace('T', ' ') : value}</dd>
            </div>
          ) : null
        })}
        <div>
          <dt>{words.runInNode.effort}</dt>
          <dd>{words.effort(name, minRounds, maxRounds, warmUpMs)}</dd>
        </div>
      </dl>
      <p>
        {words.commandNote} <code>{commandOf(run.result)}</code>
      </p>
    </details>
  )
}
