import type { VNode } from 'preact'
import { own } from '../contenders/contenderNames.ts'
import { geometricMean } from '../measure/statistics.ts'
import type { CaseResult } from '../result/resultFile.ts'
import { contendersOf } from './contendersOf.ts'
import type { Texts } from './texts.ts'
import { times } from './words.ts'

/** The run at a glance: the geometric mean of how many times as long as the wasm engine each of the others took. */
export function Means({
  words,
  cases,
}: {
  readonly words: Texts
  readonly cases: readonly CaseResult[]
}): VNode {
  return (
    <ul class="means" aria-label={words.mean}>
      {contendersOf(cases)
        .filter((name) => name !== own)
        .map((name) => {
          const found = cases.flatMap(
            ({ results }) => results.find(({ contender }) => contender === name)?.ratio?.median ?? [],
          )
          const mean = geometricMean(found)
          return mean === undefined ? null : (
            <li key={name} style={{ borderColor: `var(--engine-${name}, var(--sl-color-gray-4))` }}>
              <strong>{times(mean)}</strong>
              <br />
              {name} <small>{words.overCases(found.length)}</small>
            </li>
          )
        })}
    </ul>
  )
}
