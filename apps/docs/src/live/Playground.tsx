import { useEffect, useState } from 'preact/hooks'
import { CopyButton } from './CopyButton.tsx'
import { Editor } from './Editor.tsx'
import { decodeCode, encodeCode } from './link.ts'
import { Output } from './Output.tsx'
import { textsOf } from './texts.ts'
import { useRun } from './useRun.ts'

interface PlaygroundProps {
  readonly language: string
  /** Samples to begin with, by name; the first one is shown where the link has no code. */
  readonly samples: Readonly<Record<string, string>>
}

/** A page of code of one's own. The code is in the link, behind `#`, and is sent nowhere. */
export function Playground({ language, samples }: PlaygroundProps) {
  const texts = textsOf(language)
  const [first = ''] = Object.values(samples)
  // Editors begin with a text and keep their own: each start is a new one.
  const [start, setStart] = useState(() => ({ code: codeOfLink() ?? first, number: 0 }))
  const [code, setCode] = useState(start.code)
  const { output, running, run, stop } = useRun(language)

  const change = (next: string): void => {
    setCode(next)
    history.replaceState(null, '', `#${encodeCode(next)}`)
  }
  const open = (next: string): void => {
    setStart(({ number }) => ({ code: next, number: number + 1 }))
    change(next)
  }
  useEffect(() => {
    const follow = (): void => {
      const linked = codeOfLink()
      if (linked !== null) open(linked)
    }
    // The link may have changed since the first render.
    if (codeOfLink() !== start.code) follow()
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  const chosen = Object.keys(samples).find((name) => samples[name] === code) ?? ''
  return (
    <div class="live playground not-content">
      <div class="live-bar">
        <button type="button" class="primary" onClick={() => (running ? stop() : run(code))}>
          {running ? texts.stop : texts.run}
        </button>
        <label>
          {texts.begin}{' '}
          <select value={chosen} onChange={({ currentTarget }) => open(samples[currentTarget.value] ?? '')}>
            {chosen === '' && <option value="">{texts.own}</option>}
            {Object.keys(samples).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <CopyButton
          text={new URL(`#${encodeCode(code)}`, location.href).href}
          label={texts.copyLink}
          copied={texts.copied}
        />
      </div>
      <Editor key={start.number} code={start.code} label={texts.code} changed={change} />
      {output !== null && <Output {...output} />}
    </div>
  )
}

function codeOfLink(): string | null {
  const text = location.hash.slice(1)
  return text === '' ? null : decodeCode(text)
}
