import { useRef, useState } from 'preact/hooks'
import type { Texts } from './texts.ts'

interface FileChooserProps {
  readonly texts: Texts
  chosen(files: readonly File[]): void
  example(hostile: boolean): void
}

/** Takes files that are dropped or chosen. */
export function FileChooser({ texts, chosen, example }: FileChooserProps) {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const take = (files: FileList | null | undefined): void => {
    if (files && files.length > 0) chosen([...files])
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for pointers; keys have the button
    <div
      class="panel-part chooser"
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer?.files)
      }}
    >
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
            take(currentTarget.files)
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
        {texts.formats} <strong>{texts.stays}</strong>
      </p>
    </div>
  )
}
