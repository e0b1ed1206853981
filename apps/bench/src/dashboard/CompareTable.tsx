import type { VNode } from 'preact'
import { geometricMean } from '../measure/statistics.ts'
import type { CaseResult } from '../result/resultFile.ts'
import { contendersOf } from './contendersOf.ts'
import { nameOf, type Run } from './runs.ts'
import { TableHead } from './TableHead.tsx'
import type { Texts } from './texts.ts'
import { times } from './words.ts'

interface Props {
  readonly words: Texts
  readonly cases: readonly CaseResult[]
  readonly other: Run
}

/** Times of another run divided by those of this one, where both have the case and the contender. */
export function CompareTable({ words, cases, other }: Props): VNode {
  const otherMs = (name: string, contender: string): number | undefined =>
    other.result.cases
      .find((each) => each.name === name)
      ?.results.find((each) => each.contender === contender)?.ms
  const ratio = (one: CaseResult, contender: string): number | undefined => {
    const here = one.results.find((each) => each.contender === contender)?.ms
    const there = otherMs(one.name, contender)
    return here === undefined || there === undefined ? undefined : there / here
  }
  const names = contendersOf(cases).filter((name) => cases.some((one) => ratio(one, name) !== undefined))
  const common = cases.filter((one) => names.some((name) => ratio(one, name) !== undefined))
  if (common.length === 0) return <p>{words.notInOther}</p>
  return (
    <>
      <p class="note">{words.versus(nameOf(other, words))}</p>
      <section class="scroll" aria-label={words.table} tabindex={0}>
        <table class="cases">
          <TableHead titles={[words.case, ...names]} />
          <tbody>
            {common.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                {names.map((name) => {
                  const value = ratio(one, name)
                  return <td key={name}>{value === undefined ? '–' : times(value)}</td>
                })}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{words.mean}</th>
              {names.map((name) => (
                <td key={name}>
                  {times(geometricMean(common.flatMap((one) => ratio(one, name) ?? [])) ?? 1)}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </section>
    </>
  )
}
