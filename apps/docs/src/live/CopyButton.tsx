import { useState } from 'preact/hooks'

interface CopyButtonProps {
  readonly text: string
  readonly label: string
  /** Its label once the text was copied. */
  readonly copied: string
}

/** Copies a text. It is absent where the browser has no clipboard for the page. */
export function CopyButton({ text, label, copied }: CopyButtonProps) {
  const [last, setLast] = useState<string | null>(null)
  // Only a page that came safely may write there.
  const clipboard: Clipboard | undefined = navigator.clipboard
  if (!clipboard) return null
  const copy = (): void =>
    void clipboard.writeText(text).then(
      () => setLast(text),
      () => setLast(null),
    )
  return (
    <button type="button" onClick={copy}>
      {last === text ? copied : label}
    </button>
  )
}
