import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { describeCase } from '../cases/recurrentCases.ts'
import { own } from '../contenders/contenderNames.ts'
import { geometricMean } from '../measure/statistics.ts'
import type { BenchResult, CaseResult, ContenderResult } from '../result/resultFile.ts'
import { caseOf } from '../result/toResultFile.ts'
import { CaseDetails } from './CaseDetails.tsx'
import { contendersOf } from './contendersOf.ts'
import { TableHead } from './TableHead.tsx'
import type { Texts } from './texts.ts'
import { milliseconds, percent, times } from './words.ts'

interface Props {
  readonly words: Texts
  readonly result: BenchResult
  readonly cases: readonly CaseResult[]
}

/** A line for each case: the wasm engine's own figures, then how many times as long the others took. */
export function CaseTable({ words, result, cases }: Props): VNode {
  const [open, setOpen] = useState<string | null>(null)
  const others = contendersOf(cases).filter((name) => name !== own)
  const ratiosOf = (name: string): number[] =>
    cases.flatMap(({ results }) => find(results, name)?.ratio?.median ?? [])
  // Training has no roofline.
  const hasRoofline = cases.some(({ results }) => find(results, own)?.rooflineShare !== undefined)
  const titles = [
    words.case,
    words.sizes,
    own,
    words.roofShare,
    ...(hasRoofline ? [words.rooflineShare] : []),
    ...others,
  ]
  return (
    <>
      <p class="note">{words.tableNote}</p>
      <section class="scroll" aria-label={words.table} tabindex={0}>
        <table class="cases">
          <TableHead titles={titles} />
          <tbody>
            {cases.map((each) => {
              const mine = find(each.results, own)
              const best = Math.min(...each.results.map(({ ms }) => ms))
              const isOpen = open === each.name
              return [
                <tr key={each.name}>
                  <th scope="row">
                    <button
                      type="button"
                      class="plain"
                      aria-expanded={isOpen}
                      aria-label={words.details(each.name)}
                      onClick={() => setOpen(isOpen ? null : each.name)}
                    >
                      {each.name}
                    </button>
                  </th>
                  <td class="quiet">{describeCase(caseOf(each))}</td>
                  <td class={mine?.ms === best ? 'best' : undefined}>
                    {mine === undefined ? '' : milliseconds(mine.ms, each.streaming)}
                  </td>
                  <td>{percent(mine?.roofShare)}</td>
                  {hasRoofline && <td>{percent(mine?.rooflineShare)}</td>}
                  {others.map((name) => (
                    <Ratio key={name} found={find(each.results, name)} best={best} />
                  ))}
                </tr>,
                isOpen && (
                  <tr key={`${each.name}-details`}>
                    <td colspan={titles.length} class="details">
                      <CaseDetails words={words} result={result} one={each} />
                    </td>
                  </tr>
                ),
              ]
            })}
          </tbody>
          {others.length > 0 && (
            <tfoot>
              <Summary
                title={words.mean}
                span={titles.length - others.length}
                others={others}
                figure={(name) => geometricMean(ratiosOf(name))}
              />
              <Summary
                title={words.least}
                span={titles.length - others.length}
                others={others}
                figure={(name) => {
                  const found = ratiosOf(name)
                  return found.length === 0 ? undefined : Math.min(...found)
                }}
              />
            </tfoot>
          )}
        </table>
      </section>
    </>
  )
}

function Ratio({
  found,
  best,
}: {
  readonly found: ContenderResult | undefined
  readonly best: number
}): VNode {
  if (found === undefined) return <td class="quiet">–</td>
  const { ratio, ms } = found
  return (
    <td class={ms === best ? 'best' : undefined}>
      {ratio === null ? milliseconds(ms, false) : times(ratio.median)}
      {ratio !== null && (
        <small>
          {' '}
          {times(ratio.low)}–{times(ratio.high)}
        </small>
      )}
    </td>
  )
}

interface SummaryProps {
  readonly title: string
  /** Columns before the figures. */
  readonly span: number
  readonly others: readonly string[]
  readonly figure: (name: string) => number | undefined
}

function Summary({ title, span, others, figure }: SummaryProps): VNode {
  return (
    <tr>
      <th scope="row" colspan={span}>
        {title}
      </th>
      {others.map((name) => {
        const value = figure(name)
        return <td key={name}>{value === undefined ? '' : times(value)}</td>
      })}
    </tr>
  )
}

function find(results: readonly ContenderResult[], name: string): ContenderResult | undefined {
  return results.find(({ contender }) => contender === name)
}
