import type { VNode } from 'preact'
import type { BenchResult, CaseResult } from '../result/resultFile.ts'
import { commandOf } from './command.ts'
import type { Texts } from './texts.ts'
import { milliseconds, percent } from './words.ts'

interface Props {
  readonly words: Texts
  readonly result: BenchResult
  readonly one: CaseResult
}

/** Everything a run has about one case. */
export function CaseDetails({ words, result, one }: Props): VNode {
  const { results, absent, failed = [], streaming } = one
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.contender}</th>
            <th scope="col">{words.median}</th>
            <th scope="col">99 %</th>
            <th scope="col">{words.rounds}</th>
            <th scope="col">{words.roofShare}</th>
            <th scope="col">{words.difference}</th>
            <th scope="col">{words.samples}</th>
          </tr>
        </thead>
        <tbody>
          {results.map(({ contender, ms, p99Ms, rounds, roofShare, difference, roundMs }) => (
            <tr key={contender}>
              <th scope="row">{contender}</th>
              <td>{milliseconds(ms, streaming)}</td>
              <td>{milliseconds(p99Ms, streaming)}</td>
              <td>{rounds}</td>
              <td>{percent(roofShare)}</td>
              <td>{difference?.toExponential(1) ?? '–'}</td>
              <td class="samples">{roundMs?.join(' ') ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul>
        {absent.map(({ contender, reason }) => (
          <li key={contender}>{words.absent(contender, reason)}</li>
        ))}
        {results.some(({ difference }) => difference === null) && <li>{words.otherEquations}</li>}
        {failed.map(({ contender, reason }) => (
          <li key={contender} class="fault">
            {words.failed(contender, reason)}
          </li>
        ))}
      </ul>
      <p>
        {words.command}: <code>{commandOf(result, one)}</code>
      </p>
    </>
  )
}
