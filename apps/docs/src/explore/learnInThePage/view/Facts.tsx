import type { Texts } from '../texts.ts'
import type { Learning } from '../useLearning.ts'

interface FactsProps {
  readonly learning: Learning
  readonly texts: Texts
}

/** Steps, time and engine of the run, and what becomes of it. */
export function Facts({ learning, texts }: FactsProps) {
  const { curve, engine, checkpoint, drawings, refusal } = learning
  const last = curve.at(-1)
  const isEmpty = checkpoint === null && drawings.length === 0
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
      <div class="learn-keep">
        <button
          type="button"
          disabled={checkpoint === null}
          onClick={() => checkpoint && download(checkpoint, `gestures-${last?.step ?? 0}.pt`)}
        >
          {texts.download}
        </button>
        <button type="button" disabled={isEmpty} onClick={learning.forgetAll}>
          {texts.forget}
        </button>
      </div>
      <p class="hint">{refusal === null ? texts.kept : texts.refused(refusal)}</p>
    </>
  )
}

function download(file: Uint8Array<ArrayBuffer>, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([file]))
  link.download = name
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
