import { useEffect, useRef } from 'preact/hooks'

interface EditorProps {
  readonly code: string
  readonly label: string
  changed(code: string): void
}

/** A code editor that loads when it is shown. It keeps its own text: `code` is where it begins. */
export function Editor({ code, label, changed }: EditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const notify = useRef(changed)
  notify.current = changed
  useEffect(() => {
    let close = (): void => {}
    let gone = false
    void import('./editor.ts').then(({ openEditor }) => {
      if (gone || place.current === null) return
      const view = openEditor(place.current, code, label, (text) => notify.current(text))
      close = () => view.destroy()
    })
    return () => {
      gone = true
      close()
    }
  }, [])
  return <div class="live-editor" ref={place} />
}
