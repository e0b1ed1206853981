import type { Texts } from '../texts.ts'
import type { Learning } from '../useLearning.ts'

interface FactsProps {
  readonly learning: Learning
  readonly texts: Texts
}

/** Steps, time and engine of the run. */
export function Facts({ learning: { curve, engine }, texts }: FactsProps) {
  const last = curve.at(-1)
  return (
    <>
      <dl class="learn-facts">
        <div>
          <dt>{texts.step}</dt>
          <dd>{last?.step ?? 0}</dd>
        </div>
        <div>
          <dt>{texts.time}</dt>
          <dd>{texts.seconds((last?.seconds ?? 0).toFixed(1))}</dd>
        </div>
        <div>
          <dt>{texts.engine}</dt>
          <dd>{engine ?? '–'}</dd>
        </div>
      </dl>
      {engine === 'reference' && <p class="hint">{texts.noWasm}</p>}
    </>
  )
}
