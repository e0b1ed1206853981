import { useRef } from 'preact/hooks'
import type { Texts } from './texts.ts'

interface FileChooserProps {
  readonly texts: Texts
  chosen(files: readonly File[]): void
  example(hostile: boolean): void
}

/** Asks for files, or for one of the examples. Files may also be dropped anywhere on the panel. */
export function FileChooser({ texts, chosen, example }: FileChooserProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div class="panel-part chooser">
      <p class="chooser-title">{texts.drop}</p>
      <div class="panel-bar">
        <button type="button" class="primary" onClick={() => input.current?.click()}>
          {texts.choose}
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={texts.choose}
          onChange={({ currentTarget }) => {
            const files = [...(currentTarget.files ?? [])]
            if (files.length > 0) chosen(files)
            // The same file may be chosen again, once it was changed.
            currentTarget.value = ''
          }}
        />
        <span class="hint">{texts.examples}</span>
        <button type="button" onClick={() => example(false)}>
          {texts.example}
        </button>
        <button type="button" onClick={() => example(true)}>
          {texts.hostile}
        </button>
      </div>
      <p class="hint">
        {texts.formats}
        {texts.space}
        <strong>{texts.stays}</strong>
      </p>
    </div>
  )
}
