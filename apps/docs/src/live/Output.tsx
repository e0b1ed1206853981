import type { Line } from './worker.ts'

export interface OutputState {
  readonly lines: readonly Line[]
  /** How the run ended; null while it runs, and of a run that the site brought along. */
  readonly note: string | null
  readonly failed: boolean
}

/** What code printed, and how it ended. */
export function Output({ lines, note, failed }: OutputState) {
  return (
    <div class="live-output" role="status">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by the keyboard */}
      <pre tabIndex={0}>
        {lines.map(({ kind, text }, index) => (
          <span key={index} class={kind}>
            {text}
            {'\n'}
          </span>
        ))}
      </pre>
      {note !== null && <p class={failed ? 'failed' : 'done'}>{note}</p>}
    </div>
  )
}
