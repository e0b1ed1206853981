import { type Curve, type Flow, type Flows, factorOf, kinds, stepsUntilVanished } from './flows.ts'
import type { Texts } from './texts.ts'

interface FactsProps {
  readonly flows: Flows
  readonly texts: Texts
}

/** What happened, in figures, beside what theory says. */
export function Facts({ flows, texts }: FactsProps) {
  const { RNN, LSTM, GRU, matrix } = flows
  const number = (value: number): string => value.toFixed(2)
  const estimate = `${number(matrix.meanStretch)} × ${number(RNN.kept)} = ${number(matrix.meanStretch * RNN.kept)}`
  return (
    <table class="facts">
      <caption>{texts.facts}</caption>
      <thead>
        <tr>
          <td />
          {kinds.map((kind) => (
            <th key={kind} scope="col">
              {kind}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{texts.vanished}</th>
          {kinds.map((kind) => (
            <td key={kind}>
              {eachOf(flows[kind], texts, (curve) => texts.after(stepsUntilVanished(curve)))}
            </td>
          ))}
        </tr>
        <tr>
          <th scope="row">{texts.factor}</th>
          {kinds.map((kind) => (
            <td key={kind}>{eachOf(flows[kind], texts, (curve) => number(factorOf(curve)))}</td>
          ))}
        </tr>
        <tr>
          <th scope="row">{texts.theory}</th>
          <td>{estimate}</td>
          <td>{`${texts.theories.LSTM}: ${number(factorOf(LSTM.theory))}`}</td>
          <td>{`${texts.theories.GRU}: ${number(factorOf(GRU.theory))}`}</td>
        </tr>
        <tr>
          <th scope="row">{texts.behind}</th>
          <td>{texts.matrix(number(matrix.spectralRadius), number(matrix.largestSingular))}</td>
          <td>{texts.meanGate('f', number(LSTM.kept))}</td>
          <td>{texts.meanGate('z', number(GRU.kept))}</td>
        </tr>
      </tbody>
    </table>
  )
}

/** What is told of a layer's curve; of an LSTM, of both. */
function eachOf({ hidden, cell }: Flow, texts: Texts, tell: (curve: Curve) => string): string {
  return cell === null ? tell(hidden) : texts.both(tell(hidden), tell(cell))
}
