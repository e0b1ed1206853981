import type { VNode } from 'preact'
import type { BenchResult } from '../result/resultFile.ts'
import type { Texts } from './texts.ts'

/** The project's promises that a run tells about. */
export function Promises({
  words,
  result,
}: {
  readonly words: Texts
  readonly result: BenchResult
}): VNode | null {
  const told = result.targets.filter(({ met }) => met !== null)
  if (told.length === 0) return null
  return (
    <section>
      <h2>{words.targets}</h2>
      <ul class="targets">
        {told.map(({ text, met, found }) => {
          const promise = words.promise(text)
          const lang = promise === null ? 'en' : undefined
          return (
            <li key={text} class={met ? 'kept' : 'broken'}>
              <strong>{words.targetStates[`${met}`]}</strong> <span lang={lang}>{promise ?? text}</span>
              <br />
              <small lang={lang}>{promise === null ? found : words.found(found)}</small>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
