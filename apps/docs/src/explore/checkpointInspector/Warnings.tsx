import type { Summary } from './readFile.ts'
import type { Texts } from './texts.ts'

interface WarningsProps {
  readonly summary: Summary
  readonly texts: Texts
}

/** What of a file is dangerous, refused, or not loaded; nothing where all of it is. */
export function Warnings({ summary: { globals, leftOut, refusal }, texts }: WarningsProps) {
  if (globals.length + leftOut.length === 0 && refusal === null) return null
  const dangerous = globals.filter(({ verdict }) => verdict === 'dangerous')
  return (
    <section class="panel-part warnings" aria-label={texts.warnings}>
      {dangerous.length > 0 && (
        <div class="problem">
          <p>
            <strong>{texts.dangerous}</strong>{' '}
            {dangerous.map(({ name }) => (
              <code key={name}>{name} </code>
            ))}
          </p>
          <p>{texts.dangerousHint}</p>
        </div>
      )}
      {refusal !== null && (
        <p class="detail">
          {texts.refused}: <span lang="en">{refusal}</span>
        </p>
      )}
      {leftOut.length > 0 && (
        <details open>
          <summary>
            {texts.leftOut} ({leftOut.length})
          </summary>
          <ul>
            {leftOut.slice(0, 100).map(({ name, what, why }) => (
              <li key={name}>
                <code>{name}</code>{' '}
                <span lang="en">
                  {what}: {why}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {globals.length > 0 && (
        <details open={globals.length <= 3}>
          <summary>
            {texts.globals} ({globals.length})
          </summary>
          <ul>
            {globals.slice(0, 200).map(({ name, verdict }) => (
              <li key={name} data-verdict={verdict}>
                <code>{name}</code> {texts.verdicts[verdict]}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
