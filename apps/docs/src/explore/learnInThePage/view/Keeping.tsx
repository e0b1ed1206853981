import type { Texts } from '../texts.ts'
import type { Learning } from '../useLearning.ts'

interface KeepingProps {
  readonly learning: Learning
  readonly texts: Texts
}

/** What becomes of the run: a file, nothing, or what the browser keeps. */
export function Keeping({ learning, texts }: KeepingProps) {
  const { checkpoint, curve, drawings, refusal } = learning
  const isEmpty = checkpoint === null && drawings.length === 0
  return (
    <div class="panel-part panel-bar">
      <button
        type="button"
        disabled={checkpoint === null}
        onClick={() => checkpoint && download(checkpoint, `gestures-${curve.at(-1)?.step ?? 0}.pt`)}
      >
        {texts.download}
      </button>
      <button type="button" disabled={isEmpty} onClick={learning.forgetAll}>
        {texts.forget}
      </button>
      <p class="hint learn-kept">{refusal === null ? texts.kept : texts.refused(refusal)}</p>
    </div>
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
