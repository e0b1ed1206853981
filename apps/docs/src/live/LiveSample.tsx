import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Editor } from './Editor.tsx'
import { encodeCode } from './link.ts'
import { Output } from './Output.tsx'
import { textsOf } from './texts.ts'
import { useRun } from './useRun.ts'

interface LiveSampleProps {
  readonly code: string
  /** What it prints, as it was printed when the site was made. */
  readonly printed: string
  readonly language: string
  /** The address of the playground. */
  readonly playground: string
  /** The code, coloured, to be read before anything is loaded. */
  readonly children?: ComponentChildren
}

const brought = { note: null, failed: false }

/** A sample that can be run and edited where it stands. */
export function LiveSample({ code, printed, language, playground, children }: LiveSampleProps) {
  const texts = textsOf(language)
  const [edited, setEdited] = useState<string | null>(null)
  const { output, running, run, stop, clear } = useRun(language)
  const current = edited ?? code
  const shown =
    output ?? (printed === '' ? null : { ...brought, lines: [{ kind: 'log' as const, text: printed }] })
  return (
    <div class="live not-content">
      {edited === null ? children : <Editor code={code} label={texts.code} changed={setEdited} />}
      <div class="live-bar">
        <button type="button" class="primary" onClick={() => (running ? stop() : run(current))}>
          {running ? texts.stop : texts.run}
        </button>
        {edited === null ? (
          <button type="button" onClick={() => setEdited(code)}>
            {texts.edit}
          </button>
        ) : (
          <button
            type="button"
            onClick={() => {
              setEdited(null)
              stop()
              clear()
            }}
          >
            {texts.reset}
          </button>
        )}
        <a href={`${playground}#${encodeCode(current)}`}>{texts.openInPlayground}</a>
      </div>
      {shown !== null && <Output {...shown} />}
    </div>
  )
}
