import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { toCsv } from './figure.ts'
import type { Run } from './runs.ts'
import { saveFile } from './saveFile.ts'
import { toLink } from './share.ts'
import type { Texts } from './texts.ts'

/** Some programs are known to cut links that are longer, in kilobytes. */
const longLink = 8

/** Buttons that save a run as a file, its samples for a spreadsheet, or a link that holds it. */
export function SaveButtons({ words, run }: { readonly words: Texts; readonly run: Run }): VNode {
  const [said, setSaid] = useState('')
  const { id, result } = run
  const samples = result.cases.flatMap(({ name, results }) =>
    results.flatMap(({ contender, roundMs = [] }) =>
      roundMs.map((ms, round) => ({ case: name, contender, round: round + 1, ms })),
    ),
  )
  const copy = async (): Promise<void> => {
    const hash = `#shared=${await toLink(result)}`
    const address = `${location.href.replace(/#.*/, '')}${hash}`
    const kilobytes = Math.round(address.length / 1000)
    try {
      await navigator.clipboard.writeText(address)
      setSaid(kilobytes > longLink ? words.longLink(kilobytes) : words.copied)
    } catch {
      history.replaceState(null, '', hash)
      setSaid(words.notCopied)
    }
  }
  return (
    <p class="buttons">
      <button
        type="button"
        onClick={() => saveFile(`${id}.json`, 'application/json', `${JSON.stringify(result, null, 2)}\n`)}
      >
        {words.save}
      </button>
      {samples.length > 0 && (
        <button
          type="button"
          onClick={() =>
            saveFile(
              `${id}-samples.csv`,
              'text/csv',
              toCsv(
                ['case', 'contender', 'round', 'ms'].map((key) => ({ key, title: key })),
                samples,
              ),
            )
          }
        >
          {words.saveSamples}
        </button>
      )}
      <button type="button" onClick={copy}>
        {words.copyLink}
      </button>
      <span role="status">{said}</span>
    </p>
  )
}
